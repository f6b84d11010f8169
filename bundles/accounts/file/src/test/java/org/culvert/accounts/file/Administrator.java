package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountSettings;

/**
 * A program that changes the users of a file until it is killed, and lets all of them log in.
 *
 * <pre>
 *   asked USER NUMBER     it asks for this user with this password; 0: for the user's end
 *   stored USER           that was done
 *   refused USER WORDS    that was not done, for this reason, and this is to be done
 *   warned WORDS          the store told the operator
 *   wrong WORDS           what must not be
 *   tick                  all could log in
 * </pre>
 */
final class Administrator {
  static final int USERS = 5;

  /** Nothing has to be waited for as long as in an office. */
  private static final int HASTE = 20;

  private static final long PAUSE_MILLIS = 5;

  private final Path file;
  private final boolean changes;
  private final SplittableRandom random;
  private final FileCredentialStore store;
  private final Map<String, Integer> passwords = new HashMap<>();
  private int last;

  private Administrator(Path file, boolean changes, long seed, int last) {
    this.file = file;
    this.changes = changes;
    this.last = last;
    random = new SplittableRandom(seed);
    Settings settings = TestSettings.of(file);
    store =
        new FileCredentialStore(
            settings,
            Hashing.of(settings),
            warning -> say("warned " + warning),
            () -> System.nanoTime() * HASTE,
            InstantSource.system(),
            Executors.newSingleThreadScheduledExecutor(),
            Executors.newSingleThreadExecutor());
  }

  /**
   * Takes the file, whether it changes users, a seed, and the last number of a password that was
   * given before. The passwords of users that it has not made are their names.
   */
  public static void main(String[] arguments) throws Exception {
    Administrator one =
        new Administrator(
            Path.of(arguments[0]),
            Boolean.parseBoolean(arguments[1]),
            Long.parseLong(arguments[2]),
            Integer.parseInt(arguments[3]));
    while (true) {
      if (one.changes) {
        one.change();
      }
      one.logIn();
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void change() throws IOException {
    String user = "user" + random.nextInt(USERS);
    boolean known = store.find(user).isPresent();
    int next = known && random.nextInt(4) == 0 ? 0 : ++last;
    byte[] before = Files.readAllBytes(file);
    say("asked " + user + " " + next);
    try {
      if (next == 0) {
        store.remove(user);
        passwords.remove(user);
      } else if (known) {
        store.change(user, AccountSettings.USUAL, password(next));
        passwords.put(user, next);
      } else {
        store.create(user, AccountSettings.USUAL, password(next));
        passwords.put(user, next);
      }
      say("stored " + user);
    } catch (AccountException e) {
      if (!Arrays.equals(before, Files.readAllBytes(file))) {
        say("wrong: the file changed although " + user + " was refused");
      }
      say("refused " + user + " " + e.getMessage() + " " + e.remedy());
    }
  }

  private void logIn() {
    passwords.forEach(
        (user, number) -> {
          if (!passes(user, password(number))) {
            say("wrong: " + user + " cannot log in");
          }
        });
    List.of("alice", "bob").stream()
        .filter(user -> store.find(user).isPresent())
        .filter(user -> !passes(user, user.toCharArray()))
        .forEach(user -> say("wrong: " + user + " cannot log in"));
    say("tick");
  }

  static char[] password(int number) {
    return ("word" + number).toCharArray();
  }

  private boolean passes(String user, char[] password) {
    return passes(store, user, password);
  }

  static boolean passes(FileCredentialStore store, String user, char[] password) {
    return store
        .find(user)
        .flatMap(Account::passwordCheck)
        .filter(check -> check.matches(password))
        .isPresent();
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
