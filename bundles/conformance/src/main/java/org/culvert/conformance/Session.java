package org.culvert.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The client's side of one session after another: what is said, what was granted, and what is to be
 * given back. Keeps the transcript and the findings. For one thread.
 */
final class Session {
  private static final Duration CLEAN_UP = Duration.ofMillis(1500);

  private final Leg leg;
  private final Target target;
  private final Values values;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> transcript = new ArrayList<>();
  private final List<Conversation> crowd = new ArrayList<>();

  private Optional<InetAddress> from = Optional.empty();
  private Optional<Conversation> open = Optional.empty();
  private Optional<ReplyReader> reader = Optional.empty();
  private boolean toCreate;
  private boolean holdsOffer;
  private boolean holdsTunnel;

  Session(Leg leg, Target target, Values values) {
    this.leg = leg;
    this.target = target;
    this.values = values;
  }

  List<Finding> findings() {
    return findings;
  }

  List<String> transcript() {
    return transcript;
  }

  void note(String what) {
    transcript.add(what);
  }

  /** Takes down that a rule of the documents was broken. */
  void violation(String what) {
    findings.add(new Finding(Level.MUST, what));
  }

  Conversation conversation() throws IOException {
    if (open.isEmpty()) {
      Conversation opened = Conversations.open(leg, target, from, this::violation);
      open = Optional.of(opened);
      reader = Optional.of(new ReplyReader(opened, leg.isTcp(), target.limit(), findings::add));
      values.local(opened.local().getAddress().getHostAddress().replaceAll("%.*", ""));
      note("-- " + leg + " from " + opened.local());
    }
    return open.get();
  }

  ReplyReader reader() throws IOException {
    conversation();
    return reader.orElseThrow();
  }

  UdpConversation udp() throws IOException {
    if (conversation() instanceof UdpConversation udp) {
      return udp;
    }
    throw new IllegalArgumentException("this step is for UDP");
  }

  /** Says something; that the server has left meanwhile is found by whoever awaits an answer. */
  void send(String text) throws IOException {
    byte[] octets = Text.octets(text);
    Conversation with = conversation();
    note("C: " + (octets.length == 0 ? "(a bare header)" : Text.shown(octets)));
    try {
      with.send(octets);
    } catch (IOException e) {
      note("-- not all of it was taken: " + e.getMessage());
    }
  }

  /** Says a command, which may change what this side holds. */
  void command(String framed) throws IOException {
    toCreate = framed.contains("\"create\"");
    if (framed.contains("\"accept\"")) {
      holdsTunnel = holdsOffer;
    }
    send(framed);
  }

  /** Tells whether the answer that is due is one to a create. */
  boolean awaitsOffer() {
    return toCreate;
  }

  /** Takes note of the answer to a command. */
  void answered(int status) {
    holdsOffer |= toCreate && status == 200;
    toCreate = false;
  }

  /** Takes note that this client has its tunnel with the offer. */
  void acceptsUnasked() {
    holdsTunnel = true;
  }

  /** Begins another session, and gives back what was granted in this one. */
  void connect() throws IOException {
    leave();
    holdsTunnel = false;
    conversation();
  }

  /** Begins another session, and keeps what was granted. */
  void reconnect() throws IOException {
    if (open.isPresent()) {
      open.get().close();
    }
    open = Optional.empty();
    conversation();
  }

  /** Has later sessions come from the address of this one. */
  void stay() throws IOException {
    from = Optional.of(conversation().local().getAddress());
  }

  /** Has other clients say something, and stay. */
  void crowd(int count, String text) throws IOException {
    for (int i = 0; i < count; i++) {
      Conversation other = Conversations.open(leg, target, from, this::violation);
      crowd.add(other);
      other.send(Text.octets(text));
    }
  }

  /** Ends everything. */
  void close() {
    leave();
    for (Conversation other : crowd) {
      try {
        other.close();
      } catch (IOException e) {
        note("-- could not close: " + e);
      }
    }
  }

  /** Gives back what the server granted, so that the next case finds nothing of it. */
  private void leave() {
    Optional<Conversation> left = open;
    open = Optional.empty();
    if (left.isEmpty()) {
      return;
    }
    try (Conversation leaving = left.get()) {
      if (holdsOffer) {
        String action = holdsTunnel ? "delete" : "reject";
        String body = "<tunnel action=\"" + action + "\"></tunnel>\r\n";
        leaving.send(Text.octets("Content-length: " + body.length() + "\r\n" + body));
        leaving.receive(CLEAN_UP, false);
      }
    } catch (IOException e) {
      note("-- could not clean up: " + e);
    }
    holdsOffer = false;
  }
}
