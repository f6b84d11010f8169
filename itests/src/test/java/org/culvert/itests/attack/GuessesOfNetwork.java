package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A /48 guesses at one account, each source a few times; then many networks at another account. */
final class GuessesOfNetwork implements Attack {
  private static final int SOURCES = 150;
  private static final int GUESSES_OF_EACH = 4;
  private static final int SUBNETS = 0x1_0000;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    Figures network = new Figures();
    guess(field, i -> Sources.ipv6(i, 1), "alice", network);
    tell(network, "of one /48", figures);
    Figures many = new Figures();
    guess(field, i -> Sources.ipv6((1 + i) * SUBNETS, 1), "bob", many);
    tell(many, "of many /48", figures);
  }

  private static void guess(
      Field field, IntFunction<InetAddress> source, String user, Figures figures)
      throws IOException {
    figures.put("attacker: guesses looked at", 0);
    long begun = System.nanoTime();
    for (int i = 0; i < GUESSES_OF_EACH; i++) {
      List<InetAddress> sources = IntStream.range(0, SOURCES).mapToObj(source).toList();
      Guess.atOnce(field, sources, user, figures);
    }
    figures.put("attacker: seconds", (System.nanoTime() - begun) / 1_000_000_000 + 1);
  }

  private static void tell(Figures some, String whose, Figures all) {
    for (String name : List.of("connections", "guesses looked at", "seconds")) {
      all.put("attacker: " + name + " " + whose, some.of("attacker: " + name));
    }
  }
}
