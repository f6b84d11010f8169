package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody has a tunnel without a name and uses it; four datagrams with his address and port ask
 * for another in his place. They leave from his own socket here, which is all that a forger could
 * forge.
 */
final class DisplacedTunnel implements Attack {
  private static final Pattern ADDRESS =
      Pattern.compile(
          "<(client|server)>.*?<address type=\"ipv6\">([^<]*)</address>", Pattern.DOTALL);
  private static final int ATTACKS = 10;
  private static final int TRIES = 60;
  private static final int WAIT_MILLIS = 1_000;
  private static final long PAUSE_MILLIS = 300;

  private int pings;

  @Override
  public void run(Field field, Figures figures) throws IOException {
    InetAddress victim = Sources.ipv4(0);
    try (UdpTalk talk = new UdpTalk(victim, field.broker4())) {
      String offer = LogIn.anonymous(talk, victim);
      InetAddress client = address(offer, "client");
      InetAddress server = address(offer, "server");
      figures.put("victim: echo requests answered before", answered(talk, client, server) ? 1 : 0);
      figures.put("victim: echo requests answered after", 0);
      for (int i = 0; i < ATTACKS; i++) {
        // A later number than the victim's begins a new session; its answers are not read.
        talk.skip();
        talk.forge(
            PAUSE_MILLIS,
            Messages.VERSION,
            Messages.ANONYMOUS,
            Messages.create("v6udpv4", victim.getHostAddress()),
            Messages.ACCEPT);
        figures.add("attacker: datagrams", 4);
        if (answered(talk, client, server)) {
          figures.add("victim: echo requests answered after", 1);
        }
      }
      figures.put("attacker: times that he tried", ATTACKS);
    }
  }

  /** The tunnel is there a moment after it was accepted; a lost packet proves nothing. */
  private boolean answered(UdpTalk talk, InetAddress client, InetAddress server)
      throws IOException {
    pings++;
    for (int i = 0; i < TRIES; i++) {
      talk.send(Ping.request(client, server, pings));
      for (byte[] answer = talk.receive(WAIT_MILLIS);
          answer.length > 0;
          answer = talk.receive(WAIT_MILLIS)) {
        if (Ping.isReply(answer, pings)) {
          return true;
        }
      }
    }
    return false;
  }

  private static InetAddress address(String offer, String whose) throws IOException {
    Matcher matcher = ADDRESS.matcher(offer);
    while (matcher.find()) {
      if (matcher.group(1).equals(whose)) {
        return InetAddress.getByName(matcher.group(2));
      }
    }
    throw new IOException("no address of the " + whose + " in " + offer);
  }

  @Override
  public List<Users.Way> users() {
    return List.of(Users.Way.UDP);
  }
}
