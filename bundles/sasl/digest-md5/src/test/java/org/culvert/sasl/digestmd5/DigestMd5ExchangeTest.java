package org.culvert.sasl.digestmd5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both roles back to back, and what each refuses. */
class DigestMd5ExchangeTest {
  private static final String REALM = "culvert";

  private final DigestMd5Mechanism mechanism = new DigestMd5Mechanism();

  @ParameterizedTest
  @CsvSource({
    "alice, secret1",
    "'al\"ice\\', 'se,cret\"1'",
    "'a,b=c', 'x'",
    "jürgen, pässword",
    "Ωmega, 'пароль 密码'",
    "alice, 'пароль'",
  })
  void bothRolesAgree(String user, String password) throws Exception {
    SaslServer server = server(handlerOf(user, password));
    SaslClient client = client(user, password);

    byte[] response = client.evaluateChallenge(server.evaluateResponse(new byte[0]));
    byte[] last = client.evaluateChallenge(server.evaluateResponse(response));

    assertThat(last).isNull();
    assertThat(client.isComplete()).isTrue();
    assertThat(server.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo(user);
    assertThat(server.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
    assertThat(client.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
  }

  @Test
  void wrongPasswordFails() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    byte[] response = client("alice", "secret2").evaluateChallenge(begin(server));

    assertThatThrownBy(() -> server.evaluateResponse(response))
        .isInstanceOf(AuthenticationException.class);
    assertThat(server.isComplete()).isFalse();
    assertThatThrownBy(server::getAuthorizationID).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void unknownUserFailsWithTheSameWords() throws Exception {
    SaslServer first = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    SaslServer second = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    byte[] wrong = client("alice", "x").evaluateChallenge(begin(first));
    byte[] unknown = client("bob", "x").evaluateChallenge(begin(second));

    Throwable known = catchThrowable(() -> first.evaluateResponse(wrong));
    Throwable stranger = catchThrowable(() -> second.evaluateResponse(unknown));

    assertThat(stranger).hasSameClassAs(known).hasMessage(known.getMessage());
  }

  @Test
  @Threat("T9")
  void proofForTheStandInOfUnknownUsersOpensNothing() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of()));
    String nonce = nonceOf(begin(server));
    byte[] standIn = Digest.secret("", REALM, nonce.getBytes(StandardCharsets.US_ASCII));
    String response = Digest.of(standIn, nonce, "c", "", "tsp/x").response();

    assertThatThrownBy(
            () -> server.evaluateResponse(octets(message(nonce, "response=" + response))))
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  @Threat({"T11", "T18"})
  void replayedResponseFails() throws Exception {
    CallbackHandler handler = Accounts.server(REALM, Map.of("alice", "secret1"));
    SaslServer first = server(handler);
    byte[] response = client("alice", "secret1").evaluateChallenge(begin(first));
    first.evaluateResponse(response);
    SaslServer second = server(handler);
    begin(second);

    assertThatThrownBy(() -> second.evaluateResponse(response)).isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> first.evaluateResponse(response)).isInstanceOf(SaslException.class);
    assertThat(first.isComplete()).isFalse();
  }

  @Test
  void failedExchangeCannotBeTriedAgain() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    byte[] challenge = begin(server);
    byte[] right = client("alice", "secret1").evaluateChallenge(challenge);
    byte[] wrong = client("alice", "secret2").evaluateChallenge(challenge);
    assertThatThrownBy(() -> server.evaluateResponse(wrong)).isInstanceOf(SaslException.class);

    assertThatThrownBy(() -> server.evaluateResponse(right)).isInstanceOf(SaslException.class);
    assertThat(server.isComplete()).isFalse();
  }

  @Test
  void disposedExchangeCannotGoOn() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    byte[] response = client("alice", "secret1").evaluateChallenge(begin(server));
    server.dispose();

    assertThatThrownBy(() -> server.evaluateResponse(response)).isInstanceOf(SaslException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nc=00000002",
        "nc=00000000",
        "qop=auth-int",
        "qop=auth-conf",
        "realm=other",
        "nonce=other",
        "cnonce=\"\"",
        "digest-uri=\"imap/x\"",
        "digest-uri=\"tsp/\"",
        "digest-uri=\"tsp\"",
        "charset=utf-16",
        "response=\"\"",
        "response=d41d8cd98f00b204e9800998ecf8427e",
      })
  @Threat("T11")
  void responseWithOneWrongDirectiveIsRefused(String directive) throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    String nonce = nonceOf(begin(server));
    String cnonce = directive.startsWith("cnonce") ? "" : "c";
    String response = right(nonce, cnonce, uriOf(directive));

    assertThatThrownBy(
            () ->
                server.evaluateResponse(octets(message(nonce, "response=" + response, directive))))
        .isInstanceOf(SaslException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "digest-uri=\"tsp/192.0.2.1:3653\"",
        "digest-uri=\"tsp/[2001:db8::1]:3653\"",
        "digest-uri=\"TSP/broker.example\"",
        "digest-uri=tsp/elsewhere",
        "qop=\"auth\"",
        "charset=utf8",
        "charset=\"UTF-8\"",
        "unheard-of=\"a, b\"",
      })
  void responseInAnotherSpellingIsAccepted(String directive) throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    String nonce = nonceOf(begin(server));
    String response = right(nonce, "c", uriOf(directive));

    server.evaluateResponse(octets(message(nonce, "response=" + response, directive)));

    assertThat(server.getAuthorizationID()).isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"username", "realm", "nonce", "nc", "cnonce", "digest-uri", "response"})
  void responseWithoutARequiredDirectiveIsRefused(String name) throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    String nonce = nonceOf(begin(server));
    String whole = message(nonce, "response=" + right(nonce, "c", "tsp/x"));
    String part = whole.replaceAll("(^|,)" + name + "=[^,]*", "");

    assertThatThrownBy(() -> server.evaluateResponse(octets(part)))
        .isInstanceOf(SaslException.class)
        .hasMessageContaining(name);
  }

  @Test
  void qopAndCharsetMayBeLeftOut() throws Exception {
    SaslServer server = server(handlerOf("jürgen", "pässword"));
    String nonce = nonceOf(begin(server));
    byte[] secret = Accounts.secret("jürgen", REALM, "pässword");
    String response = Digest.of(secret, nonce, "c", "", "tsp/x").response();
    String message =
        "username=jürgen,realm=culvert,nonce=%s,nc=00000001,cnonce=c,digest-uri=tsp/x,response=%s"
            .formatted(nonce, response);

    server.evaluateResponse(octets(message));

    assertThat(server.getAuthorizationID()).isEqualTo("jürgen");
  }

  @Test
  void octetsThatAreNotUtf8AreRefusedWhereUtf8IsSaid() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of()));
    String nonce = nonceOf(begin(server));

    assertThatThrownBy(
            () ->
                server.evaluateResponse(
                    octets(message(nonce, "response=0", "username=\"j\u00fcrgen\""))))
        .isInstanceOf(SaslException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void userMayNotActForAnotherUnlessAllowed() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    SaslClient client =
        mechanism.createSaslClient(
            new String[] {"DIGEST-MD5"},
            "bob",
            "tsp",
            "broker.example",
            Map.of(),
            Accounts.client("alice", "secret1"));
    byte[] response = client.evaluateChallenge(begin(server));

    assertThatThrownBy(() -> server.evaluateResponse(response))
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  void authorizationIdentityEntersTheProof() throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    SaslClient client =
        mechanism.createSaslClient(
            new String[] {"DIGEST-MD5"},
            "alice",
            "tsp",
            "broker.example",
            Map.of(),
            Accounts.client("alice", "secret1"));

    client.evaluateChallenge(server.evaluateResponse(client.evaluateChallenge(begin(server))));

    assertThat(server.getAuthorizationID()).isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rspauth=d41d8cd98f00b204e9800998ecf8427e",
        "rspauth=",
        "realm=x",
        "",
      })
  void clientRefusesAServerWithoutProof(String last) throws Exception {
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    SaslClient client = client("alice", "secret1");
    server.evaluateResponse(client.evaluateChallenge(begin(server)));

    assertThatThrownBy(() -> client.evaluateChallenge(octets(last)))
        .isInstanceOf(SaslException.class);
    assertThat(client.isComplete()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "realm=hexos,nonce=n,qop=auth,algorithm=md5-sess,charset=utf8",
        "realm=\"hexos\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=\"md5-sess\", charset=utf8\r\n",
        "charset = utf8 ,NONCE=\"n\" , realm=\"hexos\",,",
        "realm=\"hexos\",nonce=\"n\",charset=utf8,cipher=\"3des,rc4\",maxbuf=65536\0",
      })
  void clientReadsLenientChallengesAndEchoesTheCharset(String challenge) throws Exception {
    String response =
        new String(
            client("alice", "secret1").evaluateChallenge(octets(challenge)),
            StandardCharsets.ISO_8859_1);

    assertThat(response).startsWith("charset=utf8,username=\"alice\",realm=\"hexos\",nonce=\"n\"");
  }

  @Test
  void clientLeavesTheCharsetOutWhereTheServerDoes() throws Exception {
    byte[] response =
        client("alice", "secret1").evaluateChallenge(octets("realm=\"hexos\",nonce=\"n\""));

    assertThat(new String(response, StandardCharsets.ISO_8859_1))
        .startsWith("username=\"alice\"")
        .doesNotContain("charset");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "realm=\"r\"",
        "realm=\"r\",nonce=\"\"",
        "nonce=\"n\",qop=\"auth-int\"",
        "nonce=\"n\",algorithm=md5",
        "nonce=\"n\",charset=koi8-r",
        "nonce=\"n\",nonce=\"m\"",
      })
  void clientRefusesChallengesItCannotAnswer(String challenge) {
    SaslClient client = client("alice", "secret1");

    assertThatThrownBy(() -> client.evaluateChallenge(octets(challenge)))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void clientRefusesANameThatDoesNotFitTheCharset() {
    SaslClient client = client("Ωmega", "secret1");

    assertThatThrownBy(() -> client.evaluateChallenge(octets("realm=\"r\",nonce=\"n\"")))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void handlerIsAskedForTheRealmWithTheServersOneProposed() throws Exception {
    List<String> realms = new ArrayList<>();
    SaslClient client = client("broker.example", Accounts.client("alice", "secret1", realms));

    client.evaluateChallenge(octets("realm=\"hexos\",nonce=\"n\""));

    assertThat(realms).containsExactly("hexos");
  }

  @Test
  void handlerThatKnowsNoRealmsTakesTheServersOne() throws Exception {
    CallbackHandler known = Accounts.client("alice", "secret1");
    CallbackHandler handler =
        callbacks -> {
          if (callbacks[0] instanceof RealmCallback) {
            throw new UnsupportedCallbackException(callbacks[0]);
          }
          known.handle(callbacks);
        };

    byte[] response =
        client("broker.example", handler).evaluateChallenge(octets("realm=hexos,nonce=n"));

    assertThat(new String(response, StandardCharsets.US_ASCII)).contains("realm=\"hexos\"");
  }

  @Test
  @Threat("T11")
  void noncesAreLongAlphanumericAndNeverTheSame() throws Exception {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      nonces.add(nonceOf(begin(server(Accounts.server(REALM, Map.of())))));
    }

    assertThat(nonces).hasSize(10_000).allMatch(nonce -> nonce.matches("[0-9A-Za-z]{22,}"));
  }

  /** Who exists is looked up before the response is, so a bad response must not tell. */
  @Test
  @Threat("T9")
  void badResponsesAreRefusedAlikeWhetherTheUserExistsOrNot() throws Exception {
    List<Throwable> refusals = new ArrayList<>();
    for (Map<String, String> users :
        List.of(Map.of("alice", "secret1"), Map.<String, String>of())) {
      SaslServer server = server(Accounts.server(REALM, users));
      byte[] withoutProof = octets(message(nonceOf(begin(server))));

      refusals.add(catchThrowable(() -> server.evaluateResponse(withoutProof)));
    }

    assertThat(refusals.get(1))
        .hasSameClassAs(refusals.get(0))
        .hasMessage(refusals.get(0).getMessage())
        .hasMessageContaining("response");
  }

  @Test
  @Threat("T9")
  void unknownUserIsAskedForOnceLikeAnyOther() throws Exception {
    AtomicInteger questions = new AtomicInteger();
    CallbackHandler handler = callbacks -> questions.incrementAndGet();
    SaslServer server = server(handler);
    byte[] response = client("bob", "x").evaluateChallenge(begin(server));

    assertThatThrownBy(() -> server.evaluateResponse(response)).isInstanceOf(SaslException.class);
    assertThat(questions).hasValue(1);
  }

  @Test
  void policiesThatItCannotKeepExcludeTheMechanism() throws Exception {
    assertThat(mechanism.getMechanismNames(null)).containsExactly("DIGEST-MD5");
    assertThat(mechanism.getMechanismNames(Map.of(Sasl.POLICY_NOPLAINTEXT, "true")))
        .containsExactly("DIGEST-MD5");
    assertThat(mechanism.getMechanismNames(Map.of(Sasl.POLICY_NODICTIONARY, "true"))).isEmpty();
    assertThat(mechanism.createSaslServer("PLAIN", "tsp", REALM, null, callbacks -> {})).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\"b", "a,b", "a\\b", "réalm"})
  void realmThatWouldBreakOldParsersIsRefused(String realm) {
    assertThatThrownBy(
            () -> mechanism.createSaslServer("DIGEST-MD5", "tsp", realm, null, callbacks -> {}))
        .isInstanceOf(SaslException.class);
  }

  @Test
  @Promise("P8")
  void passwordNeverAppearsInObjectsOrErrors() throws Exception {
    String canary = "canary-5f1e";
    SaslServer server = server(Accounts.server(REALM, Map.of("alice", "secret1")));
    SaslClient client = client("alice", canary);
    byte[] response = client.evaluateChallenge(begin(server));
    StringWriter trace = new StringWriter();
    catchThrowable(() -> server.evaluateResponse(response))
        .printStackTrace(new PrintWriter(trace, true));
    SaslClient other = client("alice", canary + "Ω");
    catchThrowable(() -> other.evaluateChallenge(octets("nonce=n")))
        .printStackTrace(new PrintWriter(trace, true));

    assertThat(trace + client.toString() + server + other)
        .contains("Exception")
        .doesNotContain(canary);
    assertThat(new String(response, StandardCharsets.ISO_8859_1)).doesNotContain(canary);
  }

  private SaslServer server(CallbackHandler handler) throws SaslException {
    return mechanism.createSaslServer("DIGEST-MD5", "tsp", REALM, Map.of(), handler);
  }

  private SaslClient client(String user, String password) {
    return client("broker.example", Accounts.client(user, password));
  }

  private SaslClient client(String host, CallbackHandler handler) {
    try {
      return mechanism.createSaslClient(
          new String[] {"DIGEST-MD5"}, null, "tsp", host, Map.of(), handler);
    } catch (SaslException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server's accounts that hash as RFC 2831 wants it, in ISO 8859-1 where that is possible. */
  private static CallbackHandler handlerOf(String user, String password) {
    CallbackHandler rest = Accounts.server(REALM, Map.of());
    return callbacks -> {
      if (callbacks[0] instanceof DigestSecretCallback asked && asked.user().equals(user)) {
        asked.secret(
            new DigestSecret(REALM, Digest.secret(narrow(user), REALM, octets(narrow(password)))));
      } else {
        rest.handle(callbacks);
      }
    };
  }

  private static String narrow(String text) {
    return StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)
        ? text
        : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String right(String nonce, String cnonce, String uri) {
    return Digest.of(Accounts.secret("alice", REALM, "secret1"), nonce, cnonce, "", uri).response();
  }

  private static String uriOf(String directive) {
    return directive.startsWith("digest-uri=")
        ? directive.substring("digest-uri=".length()).replace("\"", "")
        : "tsp/x";
  }

  /** A response of alice's in which the given directives stand in for the usual ones. */
  private static String message(String nonce, String... directives) {
    List<String> message = new ArrayList<>(List.of(directives));
    String usual =
        "charset=utf-8,username=\"alice\",realm=\"culvert\",nonce=\"%s\",nc=00000001,cnonce=\"c\",digest-uri=\"tsp/x\",qop=auth"
            .formatted(nonce);
    for (String directive : usual.split(",")) {
      String name = directive.substring(0, directive.indexOf('=') + 1);
      if (message.stream().noneMatch(given -> given.startsWith(name))) {
        message.add(directive);
      }
    }
    return String.join(",", message);
  }

  private static byte[] begin(SaslServer server) throws SaslException {
    return server.evaluateResponse(new byte[0]);
  }

  private static String nonceOf(byte[] challenge) throws SaslException {
    return Directives.parse(challenge).require("nonce");
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
