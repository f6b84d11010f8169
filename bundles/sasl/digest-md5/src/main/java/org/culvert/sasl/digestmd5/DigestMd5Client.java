package org.culvert.sasl.digestmd5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one DIGEST-MD5 exchange: reads the challenge leniently, answers it, and
 * insists on the server's own proof.
 *
 * <p>Directives leave in the order and form that servers in the field are used to.
 */
final class DigestMd5Client extends DigestMd5Exchange implements SaslClient {
  private enum Step {
    INITIAL,
    ANSWERED,
    SUCCEEDED,
    FAILED
  }

  private final String authorizationId;
  private final String digestUri;
  private final String serverName;
  private final String cnonce;
  private Step step = Step.INITIAL;
  private String expectedProof = "";

  DigestMd5Client(
      String authorizationId,
      String protocol,
      String serverName,
      String cnonce,
      CallbackHandler handler) {
    super(handler);
    this.authorizationId = authorizationId;
    this.digestUri = protocol + "/" + serverName;
    this.serverName = serverName;
    this.cnonce = cnonce;
  }

  @Override
  public boolean hasInitialResponse() {
    return false;
  }

  @Override
  public byte @Nullable [] evaluateChallenge(byte[] challenge) throws SaslException {
    Step current = step;
    step = Step.FAILED;
    switch (current) {
      case INITIAL -> {
        byte[] response = answer(Directives.parse(challenge));
        step = Step.ANSWERED;
        return response;
      }
      case ANSWERED -> {
        verify(Directives.parse(challenge));
        step = Step.SUCCEEDED;
        return null;
      }
      default -> throw new SaslException("this DIGEST-MD5 exchange is over");
    }
  }

  private byte[] answer(Directives challenge) throws SaslException {
    String nonce = challenge.require("nonce");
    refuseOthers(challenge);
    boolean utf8 = challenge.isUtf8();
    Optional<String> offered = challenge.find("realm");
    String realm = askRealm(offered.isPresent() ? challenge.decode(offered.get()) : serverName);

    NameCallback name = new NameCallback("DIGEST-MD5 user name");
    PasswordCallback password = new PasswordCallback("DIGEST-MD5 password", false);
    ask(name, password);
    String user = name.getName();
    char[] characters = password.getPassword();
    password.clearPassword();
    if (user == null || characters == null) {
      throw new SaslException("DIGEST-MD5 needs a user name and a password");
    }

    byte[] secret = secret(user, realm, characters, utf8);
    String authzid = encode(authorizationId, utf8);
    Digest digest = Digest.of(secret, nonce, cnonce, authzid, digestUri);
    Arrays.fill(secret, (byte) 0);
    expectedProof = digest.responseAuth();

    StringBuilder response = new StringBuilder();
    challenge.find("charset").ifPresent(c -> response.append("charset=").append(c).append(','));
    response.append("username=").append(Directives.quote(encode(user, utf8)));
    response.append(",realm=").append(Directives.quote(encode(realm, utf8)));
    response.append(",nonce=").append(Directives.quote(nonce));
    response.append(",nc=").append(Digest.NONCE_COUNT);
    response.append(",cnonce=\"").append(cnonce);
    response.append("\",digest-uri=\"").append(digestUri);
    response.append("\",response=").append(digest.response());
    response.append(",qop=").append(Digest.QOP);
    if (!authzid.isEmpty()) {
      response.append(",authzid=").append(Directives.quote(authzid));
    }
    return response.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void refuseOthers(Directives challenge) throws SaslException {
    if (challenge.require("nonce").isEmpty()) {
      throw new SaslException("DIGEST-MD5 challenge with an empty nonce");
    }
    String qop = challenge.find("qop").orElse(Digest.QOP);
    if (Arrays.stream(qop.split(",", -1)).noneMatch(q -> q.strip().equalsIgnoreCase(Digest.QOP))) {
      throw new SaslException("DIGEST-MD5 server does not offer authentication only");
    }
    if (!challenge.find("algorithm").orElse("md5-sess").equalsIgnoreCase("md5-sess")) {
      throw new SaslException("DIGEST-MD5 server wants an unknown algorithm");
    }
  }

  private void verify(Directives proof) throws SaslException {
    byte[] received =
        proof.require("rspauth").toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expectedProof.getBytes(StandardCharsets.US_ASCII), received)) {
      throw new AuthenticationException("DIGEST-MD5 server does not know the user's secret");
    }
  }

  /** Text that fits into ISO 8859-1 is hashed in it, even where UTF-8 was agreed on (RFC 2831). */
  private static byte[] secret(String user, String realm, char[] password, boolean utf8)
      throws SaslException {
    boolean narrow = StandardCharsets.ISO_8859_1.newEncoder().canEncode(CharBuffer.wrap(password));
    if (!narrow && !utf8) {
      Arrays.fill(password, '\0');
      throw new SaslException("the password does not fit the server's character set");
    }
    ByteBuffer encoded =
        (narrow ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8)
            .encode(CharBuffer.wrap(password));
    byte[] octets = new byte[encoded.remaining()];
    encoded.get(octets);
    byte[] secret = Digest.secret(hashed(user), hashed(realm), octets);
    Arrays.fill(octets, (byte) 0);
    encoded.clear();
    encoded.put(new byte[encoded.capacity()]);
    Arrays.fill(password, '\0');
    return secret;
  }

  private static String hashed(String text) throws SaslException {
    return encode(text, !StandardCharsets.ISO_8859_1.newEncoder().canEncode(text));
  }

  private static String encode(String text, boolean utf8) throws SaslException {
    if (utf8) {
      return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
    if (!StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
      throw new SaslException("a name does not fit the server's character set");
    }
    return text;
  }

  /** A handler that knows no realms takes the one offered. */
  private String askRealm(String offered) throws SaslException {
    String prompt = "DIGEST-MD5 realm";
    // A callback must not have an empty default, but a server may name an empty realm.
    RealmCallback callback =
        offered.isEmpty() ? new RealmCallback(prompt) : new RealmCallback(prompt, offered);
    try {
      handler().handle(new Callback[] {callback});
    } catch (UnsupportedCallbackException e) {
      return offered;
    } catch (IOException e) {
      throw new SaslException("the realm could not be asked for", e);
    }
    String chosen = callback.getText();
    return chosen == null ? offered : chosen;
  }

  @Override
  public boolean isComplete() {
    return step == Step.SUCCEEDED;
  }

  @Override
  public void dispose() {
    if (step != Step.SUCCEEDED) {
      step = Step.FAILED;
    }
    expectedProof = "";
  }
}
