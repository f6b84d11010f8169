package org.culvert.itests.attack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Whatever can be said over UDP before a password, each from an address of its own: how many octets
 * each datagram gets back, those of this protocol's headers counted.
 */
final class Proportions implements Attack {
  private static final int MADE_UP = 300;
  private static final int WAIT_MILLIS = 40;
  private static final long SEED = 5572;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    figures.put("most answers to one datagram", 0);
    figures.put("most octets for 100", 0);
    int source = 0;
    for (List<String> said : all()) {
      try (UdpTalk talk = new UdpTalk(Sources.ipv4(source++), field.broker4())) {
        int sent = 0;
        for (String text : said) {
          int before = talk.received();
          int received = 0;
          talk.forge(0, text);
          int answers = 0;
          while (talk.receive(answers == 0 ? 5 * WAIT_MILLIS : WAIT_MILLIS).length > 0) {
            answers++;
          }
          received = talk.received() - before;
          int octets = talk.sent() - sent;
          sent = talk.sent();
          figures.add("attacker: datagrams", 1);
          figures.add("attacker: octets in them", octets);
          figures.add("forged addresses: octets", received);
          most(figures, "most answers to one datagram", answers);
          most(figures, "most octets for 100", (100L * received + octets - 1) / octets);
        }
      }
    }
  }

  private static void most(Figures figures, String name, long number) {
    figures.put(name, Math.max(figures.of(name), number));
  }

  private static List<List<String>> all() {
    List<List<String>> all = new ArrayList<>();
    for (String version :
        List.of("2.0.2", "2.0.1", "2.0", "1.0", "9", "", "2.0.2 x", "2.0.2\u0000")) {
      all.add(List.of("VERSION=" + version + "\r\n"));
      all.add(List.of("VERSION=" + version));
    }
    for (String mechanism :
        List.of(
            "ANONYMOUS", "DIGEST-MD5", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "EXTERNAL", "X")) {
      all.add(
          List.of(
              Messages.VERSION,
              "AUTHENTICATE " + mechanism + "\r\n",
              "bixhPWIsbj1hLHI9Yg==\r\n",
              Messages.create("v6udpv4", "198.18.0.1"),
              Messages.ACCEPT,
              ""));
    }
    all.add(List.of("", "\r\n", "x", " ".repeat(1_000), "A".repeat(1_400)));
    all.add(List.of(Messages.create("v6udpv4", "198.18.0.1"), Messages.ACCEPT));
    Random random = new Random(SEED);
    for (int i = 0; i < MADE_UP; i++) {
      StringBuilder text = new StringBuilder(i % 2 == 0 ? Messages.VERSION : "");
      for (int j = random.nextInt(40); j > 0; j--) {
        text.insert(random.nextInt(text.length() + 1), (char) random.nextInt(256));
      }
      all.add(List.of(text.toString(), Messages.ANONYMOUS));
    }
    return all;
  }

  @Override
  public List<Users.Way> users() {
    return List.of(Users.Way.TCP);
  }
}
