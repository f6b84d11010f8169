package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.signaling.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the client logs in as. Where a file holds the password, the file is followed: a file that
 * becomes wrong takes nothing from the client, which has read a password before; one that becomes
 * right is told. Confined to the {@link EventLoop}, apart from {@link #problem}.
 */
final class Login {
  /** How often the file is looked at. */
  static final Duration POLL = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Login.class);

  private final Credentials written;
  private final Optional<PasswordFile> file;
  private final EventLoop loop;
  private final Consumer<String> wrong;
  private final Runnable changed;
  private Optional<String> password = Optional.empty();

  /** What the last attempt logged in with. */
  private Optional<String> used = Optional.empty();

  private volatile Optional<String> problem = Optional.empty();

  /**
   * @param wrong is told what is wrong with the file, while a password of before is used
   * @param changed is told of a password that no attempt has used, until one does
   */
  Login(ClientSettings settings, EventLoop loop, Consumer<String> wrong, Runnable changed) {
    this.written = settings.credentials();
    this.file = settings.passwordFile();
    this.loop = loop;
    this.wrong = wrong;
    this.changed = changed;
  }

  /** Begins to look at the file again and again. */
  void follow() {
    if (file.isPresent()) {
      loop.after(POLL, this::poll);
    }
  }

  /** Returns what to log in with now, or nothing as long as the file has never been right. */
  Optional<Credentials> now() {
    if (file.isEmpty()) {
      return Optional.of(written);
    }
    look(file.get());
    used = password;
    return password.map(written::withPassword);
  }

  /** Returns what is wrong with the file. May be called from any thread. */
  Optional<String> problem() {
    return problem;
  }

  private void poll() {
    loop.after(POLL, this::poll);
    file.ifPresent(this::look);
    if (!password.equals(used)) {
      changed.run();
    }
  }

  private void look(PasswordFile from) {
    try {
      password = Optional.of(from.read());
      if (problem.isPresent()) {
        problem = Optional.empty();
        LOG.info("The file of password.file is right again");
      }
    } catch (InvalidConfigurationException e) {
      String text = String.valueOf(e.getMessage());
      if (password.isPresent() && !problem.equals(Optional.of(text))) {
        LOG.warn("{}. The password of before is used meanwhile", text);
        wrong.accept(text);
      }
      problem = Optional.of(text);
    }
  }
}
