package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the outer network says about packets that tunnels sent from one local address, with the
 * thread that reads it.
 *
 * <ol>
 *   <li>the quoted outer packet is one of a tunnel's, in both addresses, protocol and ports
 *   <li>the quoted inner packet is one that this end did send lately, each counts once; RFC 792
 *       lets routers quote too little to tell
 *   <li>a packet that was too big: who searches for the path's MTU is told, nobody else, for the
 *       next packet that is too big is answered by the tunnel itself, if it is true; here what
 *       quotes too little counts as well, on an account of its own, but its size does not
 *   <li>a packet that did not arrive: its sender is told (RFC 2473 section 8, RFC 4213 section 3.4)
 * </ol>
 *
 * <p>Nothing else comes of an error, which anybody may have written: no tunnel ends, no MTU
 * changes.
 */
final class ReportPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReportPort.class);
  private static final int BURST = 8;
  private static final int LONGEST = 1_500;
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The listener is told this often at most, for all tunnels of the address together. */
  private static final int HINTS_PER_SECOND = 100;

  /**
   * And this often of what cannot be proven. Each may draw three probes of 1,500 octets, so anybody
   * who writes such reports can have 0.4 Mbit/s sent; and nobody depends on them, for a path in use
   * is probed anyway.
   */
  private static final int UNPROVEN_HINTS_PER_SECOND = 10;

  private final InetAddress local;
  private final boolean ipv4;
  private final OuterSocket socket;
  private final PacketBatch batch = new PacketBatch(BURST, LONGEST);
  private final PathReport report = new PathReport();
  private final ErrorBurst errors;
  private final Icmpv4Errors icmpv4;
  private final Icmpv6Errors icmpv6;
  private final LongSupplier nanos;
  private final PathListener listener;
  private final Hints proven;
  private final Hints unproven;

  /** Swapped whole. */
  private volatile List<OuterPort> ports = List.of();

  private final Thread reader;
  private volatile boolean closed;

  /** Takes over a socket that receives errors to an address, and a clock that never jumps. */
  ReportPort(InetAddress local, OuterSocket socket, PathListener listener, LongSupplier nanos) {
    this.nanos = nanos;
    this.proven = new Hints(HINTS_PER_SECOND, nanos.getAsLong());
    this.unproven = new Hints(UNPROVEN_HINTS_PER_SECOND, nanos.getAsLong());
    this.errors = new ErrorBurst(nanos);
    this.icmpv4 = new Icmpv4Errors(errors);
    this.icmpv6 = new Icmpv6Errors(errors);
    this.local = local;
    this.ipv4 = local instanceof Inet4Address;
    this.socket = socket;
    this.listener = listener;
    this.reader = new Thread(this::read, "culvert-reports-" + name());
    this.reader.setDaemon(true);
  }

  /** Begins to read. */
  ReportPort start() {
    reader.start();
    return this;
  }

  /** Says which ports have this address. */
  void ports(Collection<OuterPort> now) {
    ports = List.copyOf(now);
  }

  private void read() {
    boolean told = false;
    while (!closed) {
      try {
        if (!socket.receive(batch)) {
          return;
        }
        told = false;
        for (int i = 0; i < batch.size(); i++) {
          examine(i);
        }
      } catch (IOException | RuntimeException | Error e) {
        // Tunnels go on without, and whatever it was may be over in a moment.
        if (!told && !closed) {
          LOG.warn("ICMP errors to {} cannot be read now: {}", name(), String.valueOf(e));
        }
        told = true;
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void examine(int i) {
    if (!report.read(batch.memory(), batch.offset(i), batch.length(i), ipv4)) {
      return;
    }
    Tunnel tunnel = tunnel();
    if (tunnel == null) {
      return;
    }
    ByteBuffer memory = batch.memory();
    boolean enough = SentPackets.isEnough(memory, report.inner(), report.end(), tunnel.isIpv4);
    boolean sent = enough && tunnel.port.sentPackets().take(memory, report.inner(), tunnel.isIpv4);
    if (report.kind() == PathReport.Kind.TOO_BIG) {
      if (sent) {
        int length = SentPackets.length(memory, report.inner(), tunnel.isIpv4);
        hint(tunnel, Math.max(tunnel.mtu(), length), fits(tunnel), proven);
      } else if (!enough && fits(tunnel) < tunnel.mtu()) {
        hint(tunnel, tunnel.mtu(), tunnel.carriedAlways, unproven);
      }
    } else if (sent && isOurs(tunnel, memory, report.inner(), report.end())) {
      batch.packet(i, report.inner(), report.end() - report.inner());
      errors.begin();
      if (tunnel.isIpv4) {
        icmpv4.unreachable(batch, i);
      } else {
        icmpv6.unreachable(batch, i, tunnel);
      }
      tunnel.device.send(errors.batch());
    }
  }

  private @Nullable Tunnel tunnel() {
    for (OuterPort port : ports) {
      if (port.sent(report)) {
        return port.tunnel(report.peerHigh(), report.peerLow(), report.peerPort());
      }
    }
    return null;
  }

  /** Returns what would fit inside, never less than every tunnel carries. */
  private int fits(Tunnel tunnel) {
    return Math.max(tunnel.carriedAlways, report.mtu() - tunnel.carried.wire().overhead());
  }

  /** Tells the listener, unless what was too big is said to fit. */
  private void hint(Tunnel tunnel, int tooBig, int mtu, Hints hints) {
    if (mtu < tooBig && hints.mayTell(nanos.getAsLong())) {
      listener.smaller(tunnel.carried.id(), mtu);
    }
  }

  /** Counts what the listener is told in a second. */
  private static final class Hints {
    private final int most;
    private long since;
    private int told;

    Hints(int most, long now) {
      this.most = most;
      since = now;
    }

    boolean mayTell(long now) {
      if (now - since >= TimeUnit.SECONDS.toNanos(1)) {
        since = now;
        told = 0;
      }
      return told++ < most;
    }
  }

  /** Tells whether a packet, of which the beginning is quoted, could have gone into this tunnel. */
  private static boolean isOurs(Tunnel tunnel, ByteBuffer memory, int inner, int end) {
    long sourceHigh = 0;
    long sourceLow;
    long high = 0;
    long low;
    if (tunnel.isIpv4) {
      if (inner + Ipv4.HEADER > end
          || (memory.get(inner) & 0xF0) != 0x40
          || inner + Ipv4.headerLength(memory, inner) + 8 > end) {
        return false;
      }
      sourceLow = Ipv4.source(memory, inner);
      low = Ipv4.destination(memory, inner);
      if (Ipv4.isMartian(sourceLow) || Ipv4.isMartian(low)) {
        return false;
      }
    } else {
      if (inner + Ipv6.HEADER > end || Ipv6.version(memory, inner) != 6) {
        return false;
      }
      sourceHigh = memory.getLong(inner + Ipv6.SOURCE);
      sourceLow = memory.getLong(inner + Ipv6.SOURCE + 8);
      high = memory.getLong(inner + Ipv6.DESTINATION);
      low = memory.getLong(inner + Ipv6.DESTINATION + 8);
      if (Ipv6.isMartian(sourceHigh, sourceLow) || Ipv6.isMartian(high, low)) {
        return false;
      }
    }
    return tunnel.remote.contains(high, low)
        && !tunnel.remote.contains(sourceHigh, sourceLow)
        && (tunnel.local.isEmpty() || tunnel.local.contains(sourceHigh, sourceLow));
  }

  private String name() {
    return IpAddresses.text(local);
  }

  /** Closes the socket and waits for the reader. */
  @Override
  public void close() {
    closed = true;
    socket.close();
    LockSupport.unpark(reader);
    Threads.join(reader);
  }
}
