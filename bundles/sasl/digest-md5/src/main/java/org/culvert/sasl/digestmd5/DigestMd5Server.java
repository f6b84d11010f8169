package org.culvert.sasl.digestmd5;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;

/**
 * The server's side of one DIGEST-MD5 exchange: challenge, response, {@code rspauth}.
 *
 * <p>The digest-uri is hashed as it was received and only its service is checked, for clients write
 * into it whatever name, port or referral they reached the server by. A user who does not exist
 * takes the same computations as one with a wrong password.
 */
final class DigestMd5Server extends DigestMd5Exchange implements SaslServer {
  private enum Step {
    INITIAL,
    CHALLENGED,
    SUCCEEDED,
    FAILED
  }

  private final String protocol;
  private final String realm;
  private final boolean zeroOctetDefect;
  private final String nonce;
  private Step step = Step.INITIAL;
  private String authorizationId = "";

  DigestMd5Server(
      String protocol,
      String realm,
      boolean zeroOctetDefect,
      String nonce,
      CallbackHandler handler) {
    super(handler);
    this.protocol = protocol;
    this.realm = realm;
    this.zeroOctetDefect = zeroOctetDefect;
    this.nonce = nonce;
  }

  @Override
  public byte[] evaluateResponse(byte[] response) throws SaslException {
    Step current = step;
    step = Step.FAILED;
    byte[] answer;
    switch (current) {
      case INITIAL -> {
        if (response.length != 0) {
          throw new SaslException("DIGEST-MD5 begins with the server");
        }
        answer = challenge();
        step = Step.CHALLENGED;
      }
      case CHALLENGED -> {
        answer = verify(Directives.parse(response));
        step = Step.SUCCEEDED;
      }
      default -> throw new SaslException("this DIGEST-MD5 exchange is over");
    }
    return answer;
  }

  /** Old clients crash on white space after a comma and on a directive left out. */
  private byte[] challenge() {
    return ("realm=\""
            + realm
            + "\",nonce=\""
            + nonce
            + "\",qop=\"auth\",algorithm=md5-sess"
            + ",charset=utf-8")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] verify(Directives response) throws SaslException {
    refuseUnlessAnswer(response);
    String user = response.decode(response.require("username"));
    String authorization = response.find("authzid").orElse("");

    String responseAuth = prove(response, user, authorization);
    authorizationId = authorize(user, response.decode(authorization));
    return ("rspauth=" + responseAuth).getBytes(StandardCharsets.US_ASCII);
  }

  private void refuseUnlessAnswer(Directives response) throws SaslException {
    if (!response.require("nonce").equals(nonce)) {
      throw new SaslException("DIGEST-MD5 response to another challenge");
    }
    if (!response.require("nc").equals(Digest.NONCE_COUNT)) {
      throw new SaslException("DIGEST-MD5 response that uses its nonce again");
    }
    if (!response.find("qop").orElse(Digest.QOP).equals(Digest.QOP)) {
      throw new SaslException("DIGEST-MD5 response with a quality that was not offered");
    }
    if (!response.decode(response.require("realm")).equals(realm)) {
      throw new SaslException("DIGEST-MD5 response for another realm");
    }
    if (response.require("cnonce").isEmpty()) {
      throw new SaslException("DIGEST-MD5 response with an empty cnonce");
    }
    String service = protocol + "/";
    String uri = response.require("digest-uri");
    if (!uri.regionMatches(true, 0, service, 0, service.length())
        || uri.length() == service.length()) {
      throw new SaslException("DIGEST-MD5 response for another service");
    }
  }

  /** Returns the server's proof, made in the way in which the client made its own. */
  private String prove(Directives response, String user, String authorization)
      throws SaslException {
    DigestSecretCallback callback = new DigestSecretCallback(user, realm);
    ask(callback);
    Optional<DigestSecret> secret = callback.secret();
    byte[] nobody = Digest.secret("", realm, nonce.getBytes(StandardCharsets.US_ASCII));
    byte[] octets = secret.map(DigestSecret::octets).orElse(nobody);

    String cnonce = response.require("cnonce");
    String uri = response.require("digest-uri");
    Digest standard = Digest.of(octets, nonce, cnonce, authorization, uri);
    List<Digest> accepted =
        zeroOctetDefect
            ? List.of(standard, Digest.cutAtZeroOctet(octets, nonce, cnonce, authorization, uri))
            : List.of(standard);
    byte[] received =
        response.require("response").toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    for (Digest digest : accepted) {
      byte[] expected = digest.response().getBytes(StandardCharsets.US_ASCII);
      if (MessageDigest.isEqual(expected, received) && secret.isPresent()) {
        return digest.responseAuth();
      }
    }
    throw new AuthenticationException("DIGEST-MD5 response does not prove the user's secret");
  }

  private String authorize(String user, String authorization) throws SaslException {
    AuthorizeCallback callback =
        new AuthorizeCallback(user, authorization.isEmpty() ? user : authorization);
    ask(callback);
    String authorized = callback.getAuthorizedID();
    if (authorized == null) {
      throw new AuthenticationException("the user may not act in this name");
    }
    return authorized;
  }

  @Override
  public boolean isComplete() {
    return step == Step.SUCCEEDED;
  }

  @Override
  public String getAuthorizationID() {
    requireComplete();
    return authorizationId;
  }

  @Override
  public void dispose() {
    if (step != Step.SUCCEEDED) {
      step = Step.FAILED;
    }
  }
}
