package org.culvert.protocol;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.jspecify.annotations.Nullable;

/** The authentication phase as a client goes through it (RFC 5572 section 4.4.2.1). */
final class ClientAuthentication {
  private static final String ANONYMOUS = "ANONYMOUS";
  private static final String PLAIN = "PLAIN";

  private final SignalingTarget target;
  private final Credentials credentials;
  private final List<OfferedClientMechanism> mechanisms;
  private final CallbackHandler channel;
  private final ClientSession.ClientOutput out;

  private SaslDialect dialect = SaslDialect.SILENT;
  private @Nullable SaslClient client;
  private boolean awaitsAcknowledgement;
  private boolean awaitsVerdict;

  ClientAuthentication(
      SignalingTarget target,
      Credentials credentials,
      List<OfferedClientMechanism> mechanisms,
      CallbackHandler channel,
      ClientSession.ClientOutput out) {
    this.target = target;
    this.credentials = credentials;
    this.mechanisms = List.copyOf(mechanisms);
    this.channel = channel;
    this.out = out;
  }

  /** Tells whether the next message can only be a status line. */
  boolean awaitsVerdict() {
    return awaitsVerdict;
  }

  /** Tells whether an empty datagram is what comes next. */
  boolean takesAcknowledgement() {
    return awaitsAcknowledgement;
  }

  /** Chooses a mechanism and begins with it. */
  void begin(CapabilityLine capabilities) throws IOException {
    OfferedClientMechanism mechanism =
        choose(capabilities.mechanisms())
            .orElseThrow(
                () ->
                    new TspException(
                        StatusCode.AUTHENTICATION_FAILED,
                        "no mechanism in common; broker offers " + capabilities.mechanisms()));
    SaslClient opened =
        Optional.ofNullable(
                mechanism
                    .factory()
                    .createSaslClient(
                        new String[] {mechanism.name()},
                        null,
                        SaslProperties.SERVICE,
                        target.host(),
                        Map.of(Sasl.QOP, "auth"),
                        new CredentialCallbacks(credentials, channel)))
            .orElseThrow(() -> new IOException("the factory makes no " + mechanism.name()));
    client = opened;
    dialect = SaslDialect.of(mechanism.name());
    byte[] line = Wire.octets("AUTHENTICATE " + mechanism.name() + "\r\n");
    switch (dialect) {
      case SILENT -> {
        opened.evaluateChallenge(Wire.NOTHING);
        awaitsVerdict = true;
        out.send(line);
      }
      case RAW -> {
        if (target.transport().isStream()) {
          out.sendWithoutReply(line);
          sendCredentials(opened);
        } else {
          awaitsAcknowledgement = true;
          out.send(line);
        }
      }
      case SERVER_FIRST, CLIENT_FIRST -> out.send(line);
    }
  }

  /**
   * Takes a message.
   *
   * @return whether the broker said that all is well
   */
  boolean message(byte[] message) throws IOException {
    SaslClient opened = client;
    if (opened == null) {
      throw new IOException("broker's reply is out of place");
    }
    ReplyInbox.Reply reply = ReplyInbox.split(message);
    if (reply.status().isPresent()) {
      if (!reply.status().get().isSuccess()) {
        throw reply.refusal();
      }
      return succeeded(opened);
    }
    if (awaitsAcknowledgement) {
      awaitsAcknowledgement = false;
      sendCredentials(opened);
    } else if (awaitsVerdict) {
      throw new IOException("broker's reply is no status line");
    } else {
      challenge(opened, reply.line());
    }
    return false;
  }

  /** A broker that has not proved itself where its mechanism wants it to is not to be trusted. */
  private boolean succeeded(SaslClient opened) throws IOException {
    if (!opened.isComplete()) {
      throw new IOException("broker claims success before the mechanism is complete");
    }
    dispose();
    return true;
  }

  private void challenge(SaslClient opened, String line) throws IOException {
    int padded = SaslDialect.paddedRun(line);
    byte[] challenge =
        SaslDialect.decode(Wire.octets(padded > 0 ? line.substring(0, padded) : line))
            .orElseThrow(() -> new IOException("broker's SASL message is not base64"));
    byte @Nullable [] response = opened.evaluateChallenge(challenge);
    if (opened.isComplete() && (response == null || response.length == 0)) {
      awaitsVerdict = true;
      if (target.transport() == Transport.UDP) {
        out.send(Wire.NOTHING);
      }
    } else {
      out.send(SaslDialect.encode(response == null ? Wire.NOTHING : response));
    }
  }

  private void sendCredentials(SaslClient opened) throws SaslException {
    byte[] message = opened.evaluateChallenge(Wire.NOTHING);
    byte[] line = Arrays.copyOf(message, message.length + 2);
    line[message.length] = '\r';
    line[message.length + 1] = '\n';
    Arrays.fill(message, (byte) 0);
    awaitsVerdict = true;
    out.send(line);
  }

  /** PLAIN comes last, wherever it stands: it gives the password away. */
  private Optional<OfferedClientMechanism> choose(List<String> offered) {
    boolean anonymous = credentials.user().isEmpty();
    List<OfferedClientMechanism> common =
        mechanisms.stream()
            .filter(mechanism -> offered.contains(mechanism.name()))
            .filter(mechanism -> mechanism.name().equals(ANONYMOUS) == anonymous)
            .toList();
    return common.stream()
        .filter(mechanism -> !mechanism.name().equals(PLAIN))
        .findFirst()
        .or(() -> common.stream().findFirst());
  }

  /** Ends the exchange if there is one. */
  void dispose() {
    SaslClient opened = client;
    client = null;
    if (opened != null) {
      try {
        opened.dispose();
      } catch (SaslException e) {
        // It held a password at most, and is not used again.
        awaitsVerdict = false;
      }
    }
  }
}
