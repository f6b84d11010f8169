package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends datagrams from addresses whose answers nobody reads. */
final class Spoofed {
  /** Below those that the system gives to users, who would else get one that was forged before. */
  private static final int FIRST_PORT = 1_024;

  private static final int PORTS = 30_000;

  private final InetSocketAddress broker;
  private int sessions;
  private long datagrams;
  private long octets;

  Spoofed(InetSocketAddress broker) {
    this.broker = broker;
  }

  /** What is said in the name of one address and port; no socket is kept for it. */
  final class Session {
    private final InetSocketAddress from;
    private int sequence = Messages.FIRST_SEQUENCE;

    private Session(InetSocketAddress from) {
      this.from = from;
    }

    InetAddress from() {
      return from.getAddress();
    }

    /** Says one thing after the other, and reads nothing. */
    void say(String... texts) throws IOException {
      say(0, texts);
    }

    /** Does so with a pause after each, for a broker that takes nothing while it is at work. */
    void say(long pauseMillis, String... texts) throws IOException {
      try (DatagramChannel channel = DatagramChannel.open()) {
        channel.bind(from);
        for (String text : texts) {
          octets += channel.send(ByteBuffer.wrap(Messages.datagram(sequence++, text)), broker);
          datagrams++;
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
        }
      }
    }
  }

  /** Begins a session in the name of an address, from a port of its own. */
  Session session(InetAddress from) {
    return new Session(new InetSocketAddress(from, FIRST_PORT + sessions++ % PORTS));
  }

  /** Says what it cost. */
  void tell(Figures figures, Pace pace) {
    figures.put("attacker: datagrams", datagrams);
    figures.put("attacker: octets in them", octets);
    figures.put("attacker: seconds", pace.seconds());
  }
}
