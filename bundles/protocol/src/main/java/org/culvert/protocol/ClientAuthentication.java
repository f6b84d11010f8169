package org.culvert.protocol;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.culvert.api.account.ChannelBindingCallback;
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
  private static final String EXTERNAL = "EXTERNAL";
  private static final String PLAIN = "PLAIN";

  /**
   * Before all others; PLAIN comes after them, for it gives the password away. Those that bind come
   * first, whatever their hash: somebody on the way who takes the strongest of them off the list
   * must not get the client to do without.
   */
  private static final List<String> STRONGEST_FIRST =
      List.of(
          "SCRAM-SHA-512-PLUS",
          "SCRAM-SHA-256-PLUS",
          "SCRAM-SHA-1-PLUS",
          "SCRAM-SHA-512",
          "SCRAM-SHA-256",
          "SCRAM-SHA-1",
          "DIGEST-MD5");

  /** Mechanisms whose servers prove that they know the user. */
  private static final List<String> MUTUAL_FAMILIES = List.of("SCRAM-", "DIGEST-MD5");

  private static final List<String> BINDINGS =
      List.of(ChannelBindingCallback.TLS_EXPORTER, ChannelBindingCallback.TLS_SERVER_END_POINT);

  private final SignalingTarget target;
  private final Credentials credentials;
  private final List<OfferedClientMechanism> mechanisms;
  private final CallbackHandler channel;
  private final ClientSession.ClientOutput out;

  private SaslDialect dialect = SaslDialect.SILENT;
  private @Nullable SaslClient client;
  private boolean awaitsAcknowledgement;
  private boolean awaitsVerdict;
  private boolean proved;

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

  /** Returns a refusal of the broker's as the word of a proved peer, if it is one by now. */
  TspException heard(TspException refusal) {
    return proved || target.transport() == Transport.TLS ? refusal.ofProvedPeer() : refusal;
  }

  /** Chooses a mechanism and begins with it. */
  void begin(CapabilityLine capabilities) throws IOException {
    OfferedClientMechanism mechanism =
        choose(capabilities.mechanisms())
            .orElseThrow(
                () ->
                    new TspException(
                        StatusCode.AUTHENTICATION_FAILED,
                        "no mechanism that may be used; broker offers "
                            + capabilities.mechanisms()));
    SaslClient opened =
        Optional.ofNullable(
                mechanism
                    .factory()
                    .createSaslClient(
                        new String[] {mechanism.name()},
                        null,
                        SaslProperties.SERVICE,
                        target.host(),
                        properties(capabilities, mechanism.name()),
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
      case CLIENT_FIRST -> {
        awaitsAcknowledgement = true;
        out.send(line);
      }
      case SERVER_FIRST -> out.send(line);
    }
  }

  /**
   * Says whether the mechanism was offered with channel binding too. Others' do not count: if only
   * this one's was taken off the list, the server is to be told that it seemed unable.
   */
  private static Map<String, String> properties(CapabilityLine capabilities, String mechanism) {
    boolean bindingOffered =
        SaslDialect.binds(mechanism)
            || capabilities.mechanisms().contains(SaslDialect.binding(mechanism));
    return Map.of(
        Sasl.QOP, "auth", SaslProperties.CHANNEL_BINDING_OFFERED, Boolean.toString(bindingOffered));
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
        throw heard(reply.refusal());
      }
      return succeeded(opened);
    }
    if (awaitsAcknowledgement && dialect == SaslDialect.RAW) {
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
    proved = MUTUAL_FAMILIES.stream().anyMatch(opened.getMechanismName()::startsWith);
    dispose();
    return true;
  }

  private void challenge(SaslClient opened, String line) throws IOException {
    awaitsAcknowledgement = false;
    int padded = SaslDialect.paddedRun(line);
    byte[] challenge =
        SaslDialect.decode(Wire.octets(padded > 0 ? line.substring(0, padded) : line))
            .orElseThrow(() -> new IOException("broker's SASL message is not base64"));
    byte @Nullable [] response = opened.evaluateChallenge(challenge);
    awaitsVerdict = opened.isComplete();
    if (response != null) {
      out.send(SaslDialect.encode(response));
    } else if (!awaitsVerdict) {
      throw new IOException("the mechanism has no answer to the broker's message");
    } else if (!target.transport().isStream()) {
      out.send(Wire.NOTHING);
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

  /** Chooses by strength, whatever the broker's order; of equals the caller's first. */
  private Optional<OfferedClientMechanism> choose(List<String> offered) throws IOException {
    boolean bound = isBound();
    boolean tls = target.transport() == Transport.TLS;
    return mechanisms.stream()
        .filter(mechanism -> offered.contains(mechanism.name()))
        .filter(mechanism -> credentials.allow(mechanism.name(), tls))
        .filter(mechanism -> isFor(credentials, mechanism.name()))
        .filter(mechanism -> bound || !SaslDialect.binds(mechanism.name()))
        .min(Comparator.comparingInt(mechanism -> rank(mechanism.name())));
  }

  private static boolean isFor(Credentials credentials, String mechanism) {
    return mechanism.equals(ANONYMOUS) == credentials.isAnonymous()
        && mechanism.equals(EXTERNAL) == credentials.isByCertificate();
  }

  private static int rank(String mechanism) {
    int index = STRONGEST_FIRST.indexOf(mechanism);
    int unlisted = STRONGEST_FIRST.size();
    return index >= 0 ? index : mechanism.equals(PLAIN) ? unlisted + 1 : unlisted;
  }

  /** Tells whether the connection has something to bind to. */
  private boolean isBound() throws IOException {
    for (String type : BINDINGS) {
      ChannelBindingCallback binding = new ChannelBindingCallback(type);
      try {
        channel.handle(new Callback[] {binding});
      } catch (UnsupportedCallbackException e) {
        return false;
      }
      if (binding.octets().isPresent()) {
        return true;
      }
    }
    return false;
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
