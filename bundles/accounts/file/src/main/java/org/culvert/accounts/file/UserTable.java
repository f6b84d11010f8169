package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.DigestSecret;

/**
 * What the lines of the file mean.
 *
 * @param accounts the users by name
 * @param remarks what an operator should mend: line numbers and reasons, nothing of the content
 * @param lines the lines as they should stand in the file
 * @param rewritten whether those differ from the lines that were read
 */
record UserTable(
    Map<String, Account> accounts, List<String> remarks, List<String> lines, boolean rewritten) {

  UserTable {
    accounts = Map.copyOf(accounts);
    remarks = List.copyOf(remarks);
    lines = List.copyOf(lines);
  }

  /** Reads lines. Passwords in clear are hashed, which takes time for each. */
  static UserTable of(List<String> lines, Settings settings) {
    Map<String, Account> accounts = new HashMap<>();
    List<String> remarks = new ArrayList<>();
    List<String> written = new ArrayList<>(lines.size());
    boolean rewritten = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String where = "line " + (i + 1);
      UserLine parsed = UserLine.parse(line);
      if (parsed instanceof UserLine.Clear clear) {
        UserLine.Hashed hashed = clear.hashed(settings);
        line = hashed.octets() + (line.endsWith("\r") ? "\r" : "");
        rewritten = true;
        parsed = hashed;
      }
      written.add(line);
      if (parsed instanceof UserLine.Broken broken) {
        remarks.add(where + " is ignored: it " + broken.reason());
      } else if (parsed instanceof UserLine.Hashed hashed) {
        if (accounts.containsKey(hashed.name())) {
          remarks.add(where + " is ignored: it names a user that an earlier line has");
        } else {
          accounts.put(hashed.name(), account(hashed, settings, where, remarks));
        }
      }
    }
    return new UserTable(accounts, remarks, written, rewritten);
  }

  private static Account account(
      UserLine.Hashed user, Settings settings, String where, List<String> remarks) {
    Optional<DigestSecret> secret =
        user.digests().stream().filter(d -> d.realm().equals(settings.realm())).findFirst();
    if (settings.digestMd5() && secret.isEmpty() && !user.digests().isEmpty()) {
      remarks.add(
          where
              + " is of no use to DIGEST-MD5: it was hashed for another realm; write the"
              + " password anew");
    }
    return new Account(
        user.name(),
        !user.disabled(),
        user.password().orElse(null),
        settings.digestMd5() ? secret.orElse(null) : null,
        List.of(),
        AccountPolicy.ANY);
  }

  /** Names no line, for lines may hold passwords. */
  @Override
  public String toString() {
    return "UserTable[" + accounts.size() + " users]";
  }
}
