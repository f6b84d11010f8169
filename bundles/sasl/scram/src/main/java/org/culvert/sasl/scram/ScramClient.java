package org.culvert.sasl.scram;

import com.ongres.saslprep.SASLprep;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.culvert.api.account.ChannelBindingCallback;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM exchange (RFC 5802 section 5): it binds to the channel where it
 * can, proves the password, and insists on the server's own signature.
 */
final class ScramClient extends ScramExchange implements SaslClient {
  private enum Step {
    INITIAL,
    BEGUN,
    ANSWERED,
    SUCCEEDED,
    FAILED
  }

  /** In the order of preference: a binding to the connection, or to the server's certificate. */
  private static final List<String> BINDINGS =
      List.of(ChannelBindingCallback.TLS_EXPORTER, ChannelBindingCallback.TLS_SERVER_END_POINT);

  private static final SASLprep SASLPREP = new SASLprep();

  private final String authorizationId;
  private final boolean bindingOffered;
  private final String nonce;

  private Step step = Step.INITIAL;
  private @Nullable ClientFirst first;
  private byte[] channel = {};
  private char[] password = {};
  private byte[] expectedSignature = {};

  /**
   * @param bindingOffered whether the server offered channel binding
   * @param nonce this side's random text, for this exchange only
   */
  ScramClient(
      ScramAlgorithm algorithm,
      boolean bound,
      String authorizationId,
      boolean bindingOffered,
      String nonce,
      CallbackHandler handler) {
    super(algorithm, bound, handler);
    this.authorizationId = authorizationId;
    this.bindingOffered = bindingOffered;
    this.nonce = nonce;
  }

  @Override
  public boolean hasInitialResponse() {
    return true;
  }

  @Override
  public byte @Nullable [] evaluateChallenge(byte[] challenge) throws SaslException {
    Step current = step;
    ClientFirst begun = first;
    step = Step.FAILED;
    if (current == Step.INITIAL) {
      byte[] message = begin();
      step = Step.BEGUN;
      return message;
    }
    if (current == Step.BEGUN && begun != null) {
      byte[] message = answer(begun, ServerFirst.parse(challenge, nonce));
      step = Step.ANSWERED;
      return message;
    }
    if (current == Step.ANSWERED) {
      verify(challenge);
      step = Step.SUCCEEDED;
      return null;
    }
    throw new SaslException("this SCRAM exchange is over");
  }

  private byte[] begin() throws SaslException {
    Gs2Header header = header();
    NameCallback name = new NameCallback("SCRAM user name");
    PasswordCallback secret = new PasswordCallback("SCRAM password", false);
    ask(name, secret);
    String user = name.getName();
    char[] characters = secret.getPassword();
    secret.clearPassword();
    if (user == null || characters == null || characters.length == 0) {
      throw new SaslException("SCRAM needs a user name and a password");
    }
    password = prepare(characters);
    ClientFirst message = ClientFirst.of(header, prepare(user), nonce);
    first = message;
    return message.write();
  }

  /** Says which channel is bound to; or that one would be, had the server been able to. */
  private Gs2Header header() throws SaslException {
    for (String type : BINDINGS) {
      Optional<byte[]> octets = askBinding(type);
      if (octets.isPresent() && isBound()) {
        channel = octets.get();
        return new Gs2Header(Gs2Header.Flag.BOUND, type, authorizationId);
      }
      if (octets.isPresent() && !bindingOffered) {
        return new Gs2Header(Gs2Header.Flag.NOT_OFFERED, "", authorizationId);
      }
    }
    if (isBound()) {
      throw new SaslException("there is no channel that SCRAM could bind to");
    }
    return new Gs2Header(Gs2Header.Flag.UNSUPPORTED, "", authorizationId);
  }

  private byte[] answer(ClientFirst begun, ServerFirst challenge) throws SaslException {
    byte[] salted =
        algorithm().saltedPassword(password, challenge.saltOctets(), challenge.iterations());
    forgetPassword();
    byte[] clientKey = algorithm().clientKey(salted);
    byte[] serverKey = algorithm().serverKey(salted);
    Arrays.fill(salted, (byte) 0);

    String withoutProof =
        ClientFinal.withoutProof(
            ScramText.base64(ClientFinal.bindingOctets(begun.header(), channel)),
            challenge.nonce());
    String authMessage = begun.bare() + "," + challenge.text() + "," + withoutProof;
    byte[] signature = algorithm().signature(algorithm().storedKey(clientKey), authMessage);
    expectedSignature = algorithm().signature(serverKey, authMessage);
    String proof = ScramText.base64(ScramAlgorithm.xor(clientKey, signature));
    Arrays.fill(clientKey, (byte) 0);
    Arrays.fill(serverKey, (byte) 0);
    return ScramText.octets(withoutProof + ",p=" + proof);
  }

  private void verify(byte[] last) throws SaslException {
    String text = ScramText.decode(last);
    if (text.startsWith("e=")) {
      throw new AuthenticationException("SCRAM server refuses the user");
    }
    byte[] signature = ScramText.unbase64(Attributes.parse(text).take('v'));
    if (!MessageDigest.isEqual(expectedSignature, signature)) {
      throw new AuthenticationException("SCRAM server does not know the user's secret");
    }
  }

  /** Prepares and clears a password. */
  private static char[] prepare(char[] characters) throws SaslException {
    try {
      return SASLPREP.prepareQuery(characters.clone());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // Its message may quote the password; where nothing is left of one, the library stumbles.
      throw new SaslException("the password has characters that SASLprep (RFC 4013) forbids");
    } finally {
      Arrays.fill(characters, '\0');
    }
  }

  private static String prepare(String user) throws SaslException {
    try {
      return SASLPREP.prepareQuery(user);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SaslException("the name has characters that SASLprep (RFC 4013) forbids", e);
    }
  }

  private void forgetPassword() {
    Arrays.fill(password, '\0');
    password = new char[0];
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
    forgetPassword();
  }
}
