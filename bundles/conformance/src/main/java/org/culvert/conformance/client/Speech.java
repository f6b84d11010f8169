package org.culvert.conformance.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the server says what it says: in pieces, together with the next, twice, under a wrong number.
 * What is set holds for the next text. For one thread.
 */
final class Speech {
  private final Notes notes;
  private String held = "";
  private boolean join;
  private boolean twice;
  private int piece;
  private int gapMillis;
  private Optional<String> sequence = Optional.empty();
  private OptionalInt stamp = OptionalInt.empty();

  Speech(Notes notes) {
    this.notes = notes;
  }

  void join() {
    join = true;
  }

  void twice() {
    twice = true;
  }

  /** {@code 10 20}: pieces of 10 octets, 20 ms apart. */
  void split(String text) {
    String[] words = text.split(" +", 2);
    piece = Integer.parseInt(words[0]);
    gapMillis = words.length > 1 ? Integer.parseInt(words[1]) : 0;
  }

  void sequence(String text) {
    sequence = Optional.of(text);
  }

  void stamp(int value) {
    stamp = OptionalInt.of(value);
  }

  /** Says something in a session. */
  void say(Session session, String octets) throws IOException, InterruptedException {
    if (join) {
      held = held + octets;
      join = false;
      return;
    }
    String all = held + octets;
    held = "";
    notes.note("S: " + (all.isEmpty() ? "(a bare header)" : Words.shown(all)));
    if (session.isTcp()) {
      stream(session, all);
    } else {
      datagram(session, all);
    }
  }

  private void stream(Session session, String all) throws IOException, InterruptedException {
    int step = piece == 0 ? Math.max(1, all.length()) : piece;
    piece = 0;
    try {
      for (int at = 0; at < all.length(); at += step) {
        if (at > 0) {
          Thread.sleep(gapMillis);
        }
        session.answer(all.substring(at, Math.min(all.length(), at + step)));
      }
    } catch (IOException e) {
      notes.note("-- not all of it was taken: " + e.getMessage());
    }
  }

  private void datagram(Session session, String all) throws IOException {
    if (sequence.isPresent()) {
      session.answerWrongly(Integer.parseInt(sequence.get()), all);
    } else if (stamp.isPresent()) {
      session.answerStamped(stamp.getAsInt(), all);
    } else {
      session.answer(all);
      if (twice) {
        session.answer(all);
      }
    }
    sequence = Optional.empty();
    stamp = OptionalInt.empty();
    twice = false;
  }

  /** Answers, under the right number, from a port that was not asked. */
  void stranger(Session session, String octets) throws IOException {
    notes.note("S: (from another port) " + Words.shown(octets));
    if (!session.isTcp()) {
      try (DatagramSocket stranger = new DatagramSocket()) {
        byte[] data = Words.octets(session.header(0, session.stamp()) + octets);
        InetSocketAddress remote = session.line().remote();
        stranger.send(new DatagramPacket(data, data.length, remote));
      }
    }
  }
}
