package org.culvert.sasl.scram;

import java.security.MessageDigest;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.ScramSecret;
import org.culvert.api.account.ScramSecretCallback;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM exchange (RFC 5802 section 5).
 *
 * <p>Stages, in the order of the methods below: the client's first message is answered with its
 * user's salt, its last one is verified and answered with the server's own signature. A user who
 * does not exist takes the same computations as one with a wrong password, and fails where that one
 * fails.
 */
final class ScramServer extends ScramExchange implements SaslServer {
  private enum Step {
    INITIAL,
    CHALLENGED,
    SUCCEEDED,
    FAILED
  }

  private final boolean bindingOffered;
  private final String ownNonce;
  private final Decoys decoys;

  private Step step = Step.INITIAL;
  private @Nullable ClientFirst first;
  private @Nullable ServerFirst challenge;
  private @Nullable ScramSecret secret;
  private byte[] expectedBinding = {};
  private String authorizationId = "";

  /**
   * @param bindingOffered whether this server offered channel binding, so that a client that takes
   *     it for unable was lied to
   * @param ownNonce this side's random text, for this exchange only
   */
  ScramServer(
      ScramAlgorithm algorithm,
      boolean bound,
      boolean bindingOffered,
      String ownNonce,
      Decoys decoys,
      CallbackHandler handler) {
    super(algorithm, bound, handler);
    this.bindingOffered = bindingOffered;
    this.ownNonce = ownNonce;
    this.decoys = decoys;
  }

  @Override
  public byte[] evaluateResponse(byte[] response) throws SaslException {
    Step current = step;
    ClientFirst begun = first;
    ServerFirst challenged = challenge;
    ScramSecret found = secret;
    step = Step.FAILED;
    if (current == Step.INITIAL) {
      byte[] answer = challenge(ClientFirst.parse(response));
      step = Step.CHALLENGED;
      return answer;
    }
    if (current != Step.CHALLENGED || begun == null || challenged == null || found == null) {
      throw new SaslException("this SCRAM exchange is over");
    }
    byte[] answer = verify(ClientFinal.parse(response), begun, challenged, found);
    step = Step.SUCCEEDED;
    return answer;
  }

  private byte[] challenge(ClientFirst message) throws SaslException {
    expectedBinding = ClientFinal.bindingOctets(message.header(), channel(message.header()));
    ScramSecretCallback callback = new ScramSecretCallback(message.user(), algorithm().mechanism());
    ask(callback);
    // Made in any case, so that time does not tell who exists. No proof fits one: its stored key is
    // nobody's hash.
    ScramSecret decoy = decoys.of(message.user(), algorithm());
    ScramSecret used = callback.secret().map(decoys::resembling).orElse(decoy);
    ServerFirst reply = ServerFirst.of(message.nonce() + ownNonce, used.salt(), used.iterations());
    secret = used;
    first = message;
    challenge = reply;
    return ScramText.octets(reply.text());
  }

  /** Returns the octets that the client has to bind to; none where it does not bind. */
  private byte[] channel(Gs2Header header) throws SaslException {
    boolean binds = header.flag() == Gs2Header.Flag.BOUND;
    if (binds != isBound()) {
      throw new SaslException("SCRAM client binds to a channel against its mechanism's name");
    }
    if (header.flag() == Gs2Header.Flag.NOT_OFFERED && bindingOffered) {
      throw new SaslException("SCRAM client was kept from knowing of channel binding");
    }
    return binds
        ? askBinding(header.type())
            .orElseThrow(() -> new SaslException("SCRAM client binds to an unknown channel"))
        : new byte[0];
  }

  private byte[] verify(
      ClientFinal message, ClientFirst begun, ServerFirst challenged, ScramSecret found)
      throws SaslException {
    boolean sameChannel = equal(message.binding(), ScramText.base64(expectedBinding));
    boolean sameNonce = equal(message.nonce(), challenged.nonce());
    byte[] proof = ScramText.unbase64(message.proof());
    if (!sameChannel || !sameNonce || proof.length != algorithm().length()) {
      throw new AuthenticationException("SCRAM client answers another exchange");
    }

    String authMessage = begun.bare() + "," + challenged.text() + "," + message.withoutProof();
    byte[] storedKey = found.storedKey();
    byte[] clientKey = ScramAlgorithm.xor(proof, algorithm().signature(storedKey, authMessage));
    boolean proved = MessageDigest.isEqual(algorithm().storedKey(clientKey), storedKey);
    if (!proved) {
      throw new AuthenticationException("SCRAM client does not prove the user's password");
    }
    authorizationId = authorize(begun);
    byte[] signature = algorithm().signature(found.serverKey(), authMessage);
    return ScramText.octets("v=" + ScramText.base64(signature));
  }

  private String authorize(ClientFirst begun) throws SaslException {
    String wanted = begun.header().authorizationId();
    AuthorizeCallback callback =
        new AuthorizeCallback(begun.user(), wanted.isEmpty() ? begun.user() : wanted);
    ask(callback);
    String authorized = callback.getAuthorizedID();
    if (authorized == null) {
      throw new AuthenticationException("the user may not act in this name");
    }
    return authorized;
  }

  private static boolean equal(String one, String other) {
    return MessageDigest.isEqual(ScramText.octets(one), ScramText.octets(other));
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
    secret = null;
  }
}
