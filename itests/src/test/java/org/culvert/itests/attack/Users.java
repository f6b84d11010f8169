package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Users who log in and get a tunnel, in every way, before, during and after an attack. */
final class Users {
  private static final int ROUNDS = 3;
  private static final long PAUSE_MILLIS = 300;
  private static final int MOST_TRIES = 1_000;

  /** The address of two accounts; those without a name come from others. */
  static final InetAddress HOME = Sources.user(0);

  /** A way to get a tunnel. */
  enum Way {
    UDP,
    TCP,
    ANONYMOUS_UDP,
    ANONYMOUS_TCP;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private final Field field;
  private final List<Way> ways;
  private final Figures figures;
  private int strangers;

  Users(Field field, List<Way> ways, Figures figures) {
    this.field = field;
    this.ways = List.copyOf(ways);
    this.figures = figures;
  }

  /** Has them try until they are in: what an attack held is free a moment after it. */
  void awaitRoom() throws InterruptedException {
    for (Way way : ways) {
      int tries = 1;
      while (!isIn(way) && tries < MOST_TRIES) {
        tries++;
        Thread.sleep(PAUSE_MILLIS);
      }
      figures.put("log-ins " + way.word() + ", tries until the first after", tries);
    }
  }

  private boolean isIn(Way way) {
    try {
      get(way);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Has them log in for a while. */
  void logIn(String when) {
    Rounds rounds = new Rounds(when);
    for (int i = 0; i < ROUNDS; i++) {
      rounds.one();
    }
    rounds.end();
  }

  /** Has them log in while something happens, a few times at least. */
  void logInWhile(Thread happens) throws InterruptedException {
    Rounds rounds = new Rounds("during");
    int count = 0;
    while (happens.isAlive() || count < ROUNDS) {
      rounds.one();
      count++;
      happens.join(PAUSE_MILLIS);
    }
    rounds.end();
  }

  private void get(Way way) throws IOException {
    InetAddress stranger = Sources.user(++strangers);
    switch (way) {
      case UDP -> {
        try (Talk talk = new UdpTalk(HOME, field.broker4())) {
          LogIn.asUser(talk, HOME, "alice");
        }
      }
      case TCP -> {
        try (Talk talk = TcpTalk.open(HOME, field.broker4())) {
          LogIn.asUser(talk, HOME, "bob");
        }
      }
      case ANONYMOUS_UDP -> {
        try (Talk talk = new UdpTalk(stranger, field.broker4())) {
          LogIn.anonymous(talk, stranger);
        }
      }
      case ANONYMOUS_TCP -> {
        try (Talk talk = TcpTalk.open(stranger, field.broker4())) {
          LogIn.anonymous(talk, stranger);
        }
      }
    }
  }

  /** Log-ins of all ways, and how they went. */
  private final class Rounds {
    private final String when;
    private final List<List<Long>> millis = new ArrayList<>();
    private final int[] refused = new int[ways.size()];

    Rounds(String when) {
      this.when = when;
      ways.forEach(way -> millis.add(new ArrayList<>()));
    }

    void one() {
      for (int i = 0; i < ways.size(); i++) {
        long begun = System.nanoTime();
        try {
          get(ways.get(i));
        } catch (IOException e) {
          if (refused[i]++ == 0) {
            System.out.println(when + ", " + ways.get(i).word() + ": " + e);
          }
        }
        millis.get(i).add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      }
    }

    void end() {
      for (int i = 0; i < ways.size(); i++) {
        String name = "log-ins " + ways.get(i).word() + " " + when;
        List<Long> all = millis.get(i);
        Collections.sort(all);
        figures.put(name, all.size());
        figures.put(name + ", refused", refused[i]);
        figures.put(name + ", median ms", all.get(all.size() / 2));
      }
    }
  }
}
