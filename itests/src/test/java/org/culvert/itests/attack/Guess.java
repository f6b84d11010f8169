package org.culvert.itests.attack;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A session that is about to say a wrong password. */
final class Guess implements Closeable {
  private final TcpTalk talk;
  private final String response;

  private Guess(TcpTalk talk, String response) {
    this.talk = talk;
    this.response = response;
  }

  /** Goes as far as to the challenge. */
  static Guess begin(Field field, InetAddress from, String user) throws IOException {
    TcpTalk talk =
        TcpTalk.open(from, from.getAddress().length == 4 ? field.broker4() : field.broker6());
    try {
      talk.ask(Messages.VERSION);
      return new Guess(talk, LogIn.response(talk.ask(Messages.DIGEST), user, "wrong"));
    } catch (IOException e) {
      talk.close();
      throw e;
    }
  }

  /** Makes guesses that are all begun before the first is ended, and counts what they met. */
  static void atOnce(Field field, List<InetAddress> sources, String user, Figures figures)
      throws IOException {
    List<Guess> begun = new ArrayList<>();
    try {
      for (InetAddress from : sources) {
        figures.add("attacker: connections", 1);
        try {
          begun.add(begin(field, from, user));
        } catch (IOException e) {
          figures.add("attacker: guesses refused", 1);
        }
      }
      for (Guess guess : begun) {
        guess.talk.send(Messages.octets(guess.response));
      }
      for (Guess guess : begun) {
        figures.add(
            guess.wasLookedAt() ? "attacker: guesses looked at" : "attacker: guesses refused", 1);
      }
    } finally {
      for (Guess guess : begun) {
        guess.close();
      }
    }
  }

  /** Whoever is told 300 learns that the password is wrong. */
  private boolean wasLookedAt() {
    try {
      return talk.read().startsWith("300");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    talk.close();
  }
}
