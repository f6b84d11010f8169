package org.culvert.conformance.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A session of the client as the kit sees it: what came and is not yet taken, and over UDP the
 * client's half of reliability (RFC 5572 section 4.4.1.2), which is judged here. For one thread.
 */
final class Session {
  static final int HEADER = 8;
  private static final int FIRST_SEQUENCE = 240;
  private static final int SEQUENCE_MASK = 0x0FFF_FFFF;

  private final Line line;
  private final long began;
  private final Notes notes;

  /** TCP: the stream; UDP: unused. */
  private final StringBuilder stream = new StringBuilder();

  /** UDP: messages that were heard. */
  private final Deque<String> heard = new ArrayDeque<>();

  private final List<Long> sends = new ArrayList<>();
  private Optional<String> answer = Optional.empty();
  private String said = "";
  private int sequence = -1;
  private String stamp = "";
  private int toLose;
  private boolean acknowledged;
  private boolean gone;

  Session(Line line, long began, Notes notes) {
    this.line = line;
    this.began = began;
    this.notes = notes;
  }

  Line line() {
    return line;
  }

  long began() {
    return began;
  }

  boolean isTcp() {
    return line.isTcp();
  }

  boolean isGone() {
    return gone;
  }

  void ended() {
    gone = true;
    notes.note("-- the client closes");
  }

  /** Tells whether the client may send data. */
  boolean isAcknowledged() {
    return acknowledged;
  }

  void acknowledged() {
    acknowledged = true;
  }

  StringBuilder stream() {
    return stream;
  }

  Deque<String> heard() {
    return heard;
  }

  /** UDP: returns when the last message was sent, each time. */
  List<Long> sends() {
    return sends;
  }

  /**
   * Takes a datagram of signaling.
   *
   * @param lose how often the message gets lost, if it is a new one
   * @return whether it is a new one
   */
  boolean datagram(String octets, long nanos, int lose) throws IOException {
    int number = number(octets) & SEQUENCE_MASK;
    String data = octets.substring(HEADER);
    stamp = octets.substring(4, HEADER);
    if (number == sequence) {
      sends.add(nanos);
      again(data);
      return false;
    }
    if (sequence < 0 && number != FIRST_SEQUENCE) {
      notes.find(Level.FIELD, "the first sequence number is " + number + ", not 240");
    } else if (sequence >= 0 && number != ((sequence + 1) & SEQUENCE_MASK)) {
      notes.find(
          Level.MUST, "sequence number " + number + " follows " + sequence + " in a new message");
    } else if (sequence >= 0 && sends.size() > toLose && answer.isEmpty()) {
      notes.note("-- a new message, though the last one was not answered");
    }
    if (sequence >= 0 && answer.isEmpty() && data.equals(said)) {
      notes.find(Level.MUST, "a retransmission has a sequence number of its own");
    }
    sequence = number;
    said = data;
    answer = Optional.empty();
    sends.clear();
    sends.add(nanos);
    toLose = lose;
    deliver();
    return true;
  }

  private void again(String data) throws IOException {
    if (!data.equals(said)) {
      notes.find(Level.MUST, "a retransmission has other data: \"" + Words.shown(data) + "\"");
    }
    if (sends.size() == toLose + 1) {
      deliver();
    } else if (sends.size() > toLose + 1 && answer.isPresent()) {
      notes.note("C: (again)");
      send(0, answer.get());
    }
  }

  private void deliver() {
    if (sends.size() > toLose) {
      heard.add(said);
    } else {
      notes.note("-- lost: " + Words.shown(said));
    }
  }

  private static int number(String octets) {
    int number = 0;
    for (int i = 0; i < 4; i++) {
      number = number << 8 | octets.charAt(i);
    }
    return number;
  }

  /** Answers the last message; over TCP sends what is to be sent. */
  void answer(String octets) throws IOException {
    answer = Optional.of(octets);
    send(0, octets);
  }

  /** UDP: sends an answer that has the number of another message. */
  void answerWrongly(int skew, String octets) throws IOException {
    send(skew, octets);
  }

  private void send(int skew, String octets) throws IOException {
    line.send(isTcp() ? octets : header(skew, stamp) + octets);
  }

  /** UDP: answers with a timestamp that the client did not send. */
  void answerStamped(int value, String octets) throws IOException {
    answer = Optional.of(octets);
    line.send(header(0, word(value)) + octets);
  }

  /** Returns the header of an answer. */
  String header(int skew, String timestamp) {
    int number = (sequence + skew) & SEQUENCE_MASK;
    return word(0xF000_0000 | number) + timestamp;
  }

  String stamp() {
    return stamp;
  }

  private static String word(int value) {
    return ""
        + (char) (value >>> 24)
        + (char) (value >> 16 & 0xFF)
        + (char) (value >> 8 & 0xFF)
        + (char) (value & 0xFF);
  }
}
