package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.culvert.api.account.AccountSettings;

/** Says what an operator decided about a user, for the log. */
final class InWords {
  private InWords() {}

  static String of(AccountSettings settings) {
    List<String> parts = new ArrayList<>();
    parts.add(settings.enabled() ? "enabled" : "disabled");
    if (settings.policy().tlsOnly()) {
      parts.add("over TLS only");
    }
    if (!settings.policy().mechanisms().isEmpty()) {
      parts.add("by " + sorted(settings.policy().mechanisms()) + " only");
    }
    if (!settings.groups().isEmpty()) {
      parts.add("in the groups " + sorted(settings.groups()));
    }
    settings
        .lifetime()
        .ifPresent(time -> parts.add("tunnels live for " + time.toMinutes() + " minutes"));
    if (settings.digestMd5()) {
      parts.add("what DIGEST-MD5 needs is kept");
    }
    return String.join(", ", parts);
  }

  private static String sorted(Collection<String> names) {
    return String.join(" ", new TreeSet<>(names));
  }
}
