package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.PasswordCheckCallback;
import org.junit.jupiter.api.Test;

class CredentialCallbacksTest {
  private final AtomicInteger checks = new AtomicInteger();

  private Account account(String user, boolean enabled, String password) {
    return new Account(
        user,
        enabled,
        guess -> {
          checks.incrementAndGet();
          return Arrays.equals(guess, password.toCharArray());
        },
        new DigestSecret("here", new byte[16]),
        List.of(),
        AccountPolicy.ANY);
  }

  private final CredentialStore low =
      user ->
          switch (user) {
            case "alice" -> Optional.of(account("alice", true, "old"));
            case "barred" -> Optional.of(account("barred", false, "secret"));
            case "bob" -> Optional.of(account("bob", true, "secret"));
            default -> Optional.empty();
          };
  private final CredentialStore high =
      user -> user.equals("alice") ? Optional.of(account("alice", true, "new")) : Optional.empty();
  private final Accounts accounts = new Accounts(() -> List.of(low, high));
  private final CredentialCallbacks callbacks = clear("X-ANY");

  private CredentialCallbacks clear(String mechanism) {
    return new CredentialCallbacks(accounts, mechanism, Optional.empty());
  }

  private boolean verified(String user, String password) throws Exception {
    PasswordCheckCallback callback = new PasswordCheckCallback(user, password.toCharArray());
    callbacks.handle(new Callback[] {callback});
    return callback.verified();
  }

  private boolean authorized(String user, String wanted) throws Exception {
    AuthorizeCallback callback = new AuthorizeCallback(user, wanted);
    callbacks.handle(new Callback[] {callback});
    return callback.isAuthorized();
  }

  @Test
  void asksTheHighestRankingStoreFirst() throws Exception {
    assertThat(verified("alice", "new")).isTrue();
    assertThat(verified("alice", "old")).isFalse();
    assertThat(verified("bob", "secret")).isTrue();
  }

  @Test
  void refusesBarredUserWithRightPassword() throws Exception {
    assertThat(verified("barred", "secret")).isFalse();
    assertThat(authorized("barred", "barred")).isFalse();
  }

  @Test
  void unknownUserCostsOneCheckLikeWrongPassword() throws Exception {
    verified("bob", "wrong");
    assertThat(checks).hasValue(1);

    assertThat(verified("nobody", "secret")).isFalse();
    assertThat(checks).hasValue(2);

    assertThat(verified("barred", "secret")).isFalse();
    assertThat(checks).hasValue(3);
  }

  @Test
  void unknownUserIsRefusedThoughNoAccountWasEverSeen() throws Exception {
    assertThat(verified("nobody", "")).isFalse();
    assertThat(verified("nobody", "x")).isFalse();
  }

  @Test
  void givesSecretOfItsRealmOnly() throws Exception {
    DigestSecretCallback here = new DigestSecretCallback("bob", "here");
    DigestSecretCallback elsewhere = new DigestSecretCallback("bob", "elsewhere");
    DigestSecretCallback barred = new DigestSecretCallback("barred", "here");
    callbacks.handle(new Callback[] {here, elsewhere, barred});

    assertThat(here.secret()).isPresent();
    assertThat(elsewhere.secret()).isEmpty();
    assertThat(barred.secret()).isEmpty();
  }

  @Test
  void nobodyActsForAnother() throws Exception {
    assertThat(authorized("bob", "bob")).isTrue();
    assertThat(authorized("bob", "")).isTrue();
    assertThat(authorized("bob", "alice")).isFalse();
  }

  @Test
  void failsClosedWhenStoreFails() {
    CredentialCallbacks broken =
        new CredentialCallbacks(
            new Accounts(
                () ->
                    List.of(
                        low,
                        user -> {
                          throw new IllegalStateException("no connection");
                        })),
            "X-ANY",
            Optional.empty());

    assertThatThrownBy(
            () ->
                broken.handle(
                    new Callback[] {new PasswordCheckCallback("bob", "secret".toCharArray())}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void knowsNoPasswordToTell() {
    assertThatThrownBy(() -> callbacks.handle(new Callback[] {new PasswordCallback("?", false)}))
        .isInstanceOf(UnsupportedCallbackException.class);
  }
}
