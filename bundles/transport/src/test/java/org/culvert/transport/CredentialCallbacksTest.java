package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.ExternalIdentityCallback;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.account.PasswordCheckCallback;
import org.culvert.api.account.ScramSecret;
import org.culvert.api.account.ScramSecretCallback;
import org.culvert.api.tls.TlsConnection;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialCallbacksTest {
  private final AtomicInteger checks = new AtomicInteger();
  private final AtomicInteger checksOfNobody = new AtomicInteger();

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
      new CredentialStore() {
        @Override
        public Optional<Account> find(String user) {
          return user.equals("alice")
              ? Optional.of(account("alice", true, "new"))
              : Optional.empty();
        }

        @Override
        public PasswordCheck nobody() {
          return guess -> {
            checksOfNobody.incrementAndGet();
            return false;
          };
        }
      };
  private final Accounts accounts = new Accounts(() -> List.of(low, high));
  private final Claim claim = new Claim();
  private final CredentialCallbacks callbacks = clear("X-ANY");

  private CredentialCallbacks clear(String mechanism) {
    return new CredentialCallbacks(accounts, mechanism, Optional.empty(), claim);
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
  @Demands({"R-6.2-2", "D-5.2-2"})
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
  @Threat("T9")
  void unknownUserCostsOneCheckLikeWrongPassword() throws Exception {
    verified("bob", "wrong");
    assertThat(checks).hasValue(1);

    assertThat(verified("nobody", "secret")).isFalse();
    assertThat(checksOfNobody).hasValue(1);
    assertThat(checks).as("no real user stands in").hasValue(1);
  }

  /** A store that remembers a right password would tell it to whoever may not come in. */
  @Test
  void barredUserCostsOneCheckOfNobodyWhateverThePassword() throws Exception {
    assertThat(verified("barred", "secret")).isFalse();
    assertThat(verified("barred", "wrong")).isFalse();

    assertThat(checksOfNobody).hasValue(2);
    assertThat(checks).as("the user's own check").hasValue(0);
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

  // What a mechanism asks of the connection, and of policies.

  private static final TlsConnection TLS =
      new TlsConnection() {
        @Override
        public SSLEngine engine() {
          throw new IllegalStateException();
        }

        @Override
        public Optional<byte[]> channelBinding(String type) {
          return type.equals(ChannelBindingCallback.TLS_EXPORTER)
              ? Optional.of(new byte[] {7})
              : Optional.empty();
        }

        @Override
        public Optional<String> peerUser() {
          return Optional.of("carol");
        }
      };

  private static CredentialCallbacks of(AccountPolicy policy, String mechanism, boolean tls) {
    Account account =
        new Account(
            "dave",
            true,
            password -> true,
            new DigestSecret("here", new byte[16]),
            List.of(new ScramSecret("SCRAM-X", new byte[1], 4096, new byte[1], new byte[1])),
            policy);
    return new CredentialCallbacks(
        new Accounts(() -> List.of(user -> Optional.of(account))),
        mechanism,
        tls ? Optional.of(TLS) : Optional.empty(),
        new Claim());
  }

  @ParameterizedTest
  @CsvSource({
    "X-ANY, false, X-ANY, false, true",
    "X-ANY, false, X-OTHER, false, false",
    "X-ANY, true, X-ANY, false, false",
    "X-ANY, true, X-ANY, true, true",
  })
  void everyQuestionIsAnsweredAsTheUsersPolicyAllows(
      String allowed, boolean tlsOnly, String used, boolean tls, boolean answered)
      throws Exception {
    CredentialCallbacks asked = of(new AccountPolicy(Set.of(allowed), tlsOnly), used, tls);
    PasswordCheckCallback password = new PasswordCheckCallback("dave", new char[0]);
    DigestSecretCallback digest = new DigestSecretCallback("dave", "here");
    ScramSecretCallback scram = new ScramSecretCallback("dave", "SCRAM-X");
    AuthorizeCallback leave = new AuthorizeCallback("dave", "dave");

    asked.handle(new Callback[] {password, digest, scram, leave});

    assertThat(password.verified()).isEqualTo(answered);
    assertThat(digest.secret().isPresent()).isEqualTo(answered);
    assertThat(scram.secret().isPresent()).isEqualTo(answered);
    assertThat(leave.isAuthorized()).isEqualTo(answered);
  }

  @Test
  void secretOfAnotherScramIsNoAnswer() throws Exception {
    ScramSecretCallback scram = new ScramSecretCallback("dave", "SCRAM-Y");
    of(AccountPolicy.ANY, "SCRAM-Y", false).handle(new Callback[] {scram});

    assertThat(scram.secret()).isEmpty();
  }

  @Test
  void connectionTellsItsBindingAndItsUserAndInTheClearNothing() throws Exception {
    ChannelBindingCallback known = new ChannelBindingCallback(ChannelBindingCallback.TLS_EXPORTER);
    ChannelBindingCallback unknown = new ChannelBindingCallback("tls-unique");
    ExternalIdentityCallback user = new ExternalIdentityCallback();
    of(AccountPolicy.ANY, "X-ANY", true).handle(new Callback[] {known, unknown, user});

    assertThat(known.octets()).hasValue(new byte[] {7});
    assertThat(unknown.octets()).isEmpty();
    assertThat(user.user()).contains("carol");

    ChannelBindingCallback clear = new ChannelBindingCallback(ChannelBindingCallback.TLS_EXPORTER);
    ExternalIdentityCallback nobody = new ExternalIdentityCallback();
    of(AccountPolicy.ANY, "X-ANY", false).handle(new Callback[] {clear, nobody});

    assertThat(clear.octets()).isEmpty();
    assertThat(nobody.user()).isEmpty();
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
            Optional.empty(),
            claim);

    assertThatThrownBy(
            () ->
                broken.handle(
                    new Callback[] {new PasswordCheckCallback("bob", "secret".toCharArray())}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void storeThatFailsIsToldOnceUntilItHasRecovered() throws Exception {
    AtomicBoolean failing = new AtomicBoolean(true);
    List<Throwable> told = new ArrayList<>();
    CredentialStore unsteady =
        user -> {
          if (failing.get()) {
            throw new IllegalStateException("no connection");
          }
          return Optional.empty();
        };
    Accounts asked = new Accounts(() -> List.of(unsteady, high), told::add);

    for (String user : List.of("bob", "alice", "bob")) {
      try {
        asked.find(user);
      } catch (IOException e) {
        assertThat(user).isEqualTo("bob");
      }
    }
    assertThat(told).hasSize(1).allMatch(cause -> cause.getMessage().equals("no connection"));

    failing.set(false);
    asked.find("bob");
    failing.set(true);
    assertThatThrownBy(() -> asked.find("bob")).isInstanceOf(IOException.class);
    assertThat(told).hasSize(2);
  }

  @Test
  void knowsNoPasswordToTell() {
    assertThatThrownBy(() -> callbacks.handle(new Callback[] {new PasswordCallback("?", false)}))
        .isInstanceOf(UnsupportedCallbackException.class);
  }
}
