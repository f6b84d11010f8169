package org.culvert.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.SharedPort;
import org.culvert.protocol.ReliableHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's half of reliable UDP (RFC 5572 section 4.4.1.2): sends one datagram at a time, again
 * and again under the same sequence number until it is answered.
 *
 * <p>Its socket is bound to a real local address and is not connected. So a tunnel can bind another
 * socket to the same address and port while this one is still open, and the NAT sees one mapping:
 * the newcomer's selector leaves signaling to this socket (see {@link FirstOctetSelector}). {@code
 * SO_REUSEPORT} is switched on only after binding, for with it the kernel might choose a port that
 * another such socket of ours has; and for the same reason there is no selector to attach here, as
 * the socket is alone until the tunnel joins. A session that renews a tunnel comes second: it joins
 * the tunnel's port, so that neither the NAT nor the broker sees anything change.
 *
 * <p>Confined to the client's thread.
 */
final class ReliableDatagrams extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(ReliableDatagrams.class);
  private static final long NANOS_PER_MICRO = 1_000;

  /** Have the kernel report what ICMP says of datagrams, though the socket is not connected. */
  private static final IntegerUnixChannelOption REPORT_ERRORS_4 =
      new IntegerUnixChannelOption("IP_RECVERR", 0, 11);

  private static final IntegerUnixChannelOption REPORT_ERRORS_6 =
      new IntegerUnixChannelOption("IPV6_RECVERR", 41, 25);

  private final DatagramChannel channel;
  private final InetSocketAddress remote;
  private final RetransmissionTimer timer;
  private final Listener listener;
  private int sequence = ReliableHeader.FIRST_SEQUENCE - 1;
  private byte @Nullable [] unanswered;
  private int sends;

  /** The timestamps of the datagram's sends. */
  private final List<Integer> stamps = new ArrayList<>();

  private @Nullable Future<?> alarm;

  /**
   * A port that was used before.
   *
   * @param local the address and port
   * @param lastSequence the last sequence number that the broker has seen from there
   */
  record Place(InetSocketAddress local, int lastSequence) {}

  /** Who awaits the answers. */
  interface Listener {

    /** Takes the answer to the datagram last sent. */
    void answered(ByteBuffer data, Duration roundTrip);

    /** Learns that there will be no answer. */
    void failed(IOException cause);
  }

  private ReliableDatagrams(
      DatagramChannel channel,
      InetSocketAddress remote,
      RetransmissionTimer timer,
      Listener listener) {
    super(DatagramPacket.class);
    this.channel = channel;
    this.remote = remote;
    this.timer = timer;
    this.listener = listener;
  }

  /**
   * Binds a socket towards a broker.
   *
   * @param from where a tunnel of this client's is, to share its port if that can be; else, and
   *     without, the kernel chooses a port
   * @throws IOException if there is no way to the broker, or no socket to be had
   */
  static ReliableDatagrams open(
      NetworkLoop loop,
      InetSocketAddress remote,
      Optional<Place> from,
      RetransmissionTimer timer,
      Listener listener)
      throws IOException {
    InetAddress local = localAddressTowards(remote);
    if (loop.sharesPorts()
        && from.filter(at -> at.local().getAddress().equals(local)).isPresent()) {
      try {
        return join(loop, from.get(), remote, timer, listener);
      } catch (IOException e) {
        LOG.debug("the tunnel's port cannot be shared, another is taken", e);
      }
    }
    DatagramChannel channel = loop.datagramSocket(local);
    ReliableDatagrams datagrams = new ReliableDatagrams(channel, remote, timer, listener);
    datagrams.bind(loop, new InetSocketAddress(local, 0));
    if (loop.sharesPorts()) {
      try {
        channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
      } catch (ChannelException e) {
        LOG.debug("the port cannot be shared with a tunnel", e);
      }
      datagrams.reportErrors(local);
    }
    return datagrams;
  }

  /** Binds beside a tunnel's socket, which goes on; it keeps the tunnel's packets. */
  private static ReliableDatagrams join(
      NetworkLoop loop,
      Place place,
      InetSocketAddress remote,
      RetransmissionTimer timer,
      Listener listener)
      throws IOException {
    InetSocketAddress local = place.local();
    DatagramChannel channel = loop.datagramSocket(local.getAddress());
    ReliableDatagrams datagrams = new ReliableDatagrams(channel, remote, timer, listener);
    datagrams.sequence = place.lastSequence();
    try {
      channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
      SharedPort.join(
          () -> {
            datagrams.bind(loop, local);
            FirstOctetSelector.attach(channel, true);
          });
    } catch (ChannelException e) {
      channel.close();
      throw new IOException("the kernel lets nobody share " + Addresses.text(local), e);
    }
    datagrams.reportErrors(local.getAddress());
    return datagrams;
  }

  private void bind(NetworkLoop loop, InetSocketAddress local) throws IOException {
    channel.pipeline().addLast(this);
    Throwable refusal = loop.thread().register(channel).cause();
    if (refusal == null) {
      refusal = channel.bind(local).cause();
    }
    if (refusal != null) {
      channel.close();
      throw new IOException("no UDP socket at " + IpAddresses.text(local.getAddress()), refusal);
    }
  }

  private void reportErrors(InetAddress local) {
    try {
      channel
          .config()
          .setOption(local instanceof Inet4Address ? REPORT_ERRORS_4 : REPORT_ERRORS_6, 1);
    } catch (ChannelException e) {
      LOG.debug("the kernel does not report errors", e);
    }
  }

  /** Asks routing, by connecting a socket that sends nothing. */
  private static InetAddress localAddressTowards(InetSocketAddress remote) throws IOException {
    try (java.nio.channels.DatagramChannel probe = java.nio.channels.DatagramChannel.open()) {
      try {
        probe.connect(remote);
      } catch (IOException e) {
        throw new IOException(
            Addresses.text(remote) + " cannot be reached: " + Failures.onTheWay(e), e);
      }
      if (probe.getLocalAddress() instanceof InetSocketAddress local
          && !local.getAddress().isAnyLocalAddress()) {
        return Addresses.plain(local.getAddress());
      }
      throw new IOException("no local address towards " + Addresses.text(remote));
    }
  }

  /** Returns the address and port that datagrams leave from. */
  InetSocketAddress local() {
    return Addresses.plain(channel.localAddress());
  }

  /** Returns the number of the datagram last sent. */
  int sequence() {
    return sequence;
  }

  /** Sends data in a datagram with a new sequence number. */
  void send(byte[] data) {
    sequence++;
    unanswered = data.clone();
    sends = 0;
    stamps.clear();
    transmit(unanswered);
  }

  private void transmit(byte[] data) {
    sends++;
    int stamp = micros();
    stamps.add(stamp);
    ReliableHeader header = ReliableHeader.of(sequence, stamp);
    channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(header.before(data)), remote));
    cancelAlarm();
    long wait = timer.waitAfter(sends).orElse(Duration.ZERO).toNanos();
    alarm = channel.eventLoop().schedule(this::elapsed, wait, TimeUnit.NANOSECONDS);
  }

  private void elapsed() {
    byte[] data = unanswered;
    if (data == null) {
      return;
    }
    if (timer.waitAfter(sends + 1).isPresent()) {
      transmit(data);
    } else {
      fail(
          new IOException(
              "no answer from " + Addresses.text(remote) + " after " + sends + " datagrams"));
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    if (unanswered == null || !Addresses.plain(packet.sender()).equals(Addresses.plain(remote))) {
      return;
    }
    ByteBuffer data = ByteBuffer.allocate(packet.content().readableBytes());
    packet.content().readBytes(data);
    data.flip();
    if (!ReliableHeader.isSignaling(data)) {
      return;
    }
    ReliableHeader header = ReliableHeader.take(data);
    if (header.isLegacy() || header.sequence() != sequence) {
      return;
    }
    unanswered = null;
    cancelAlarm();
    Optional<Duration> roundTrip = roundTrip(header);
    roundTrip.ifPresent(timer::measured);
    listener.answered(data, roundTrip.orElse(Duration.ZERO));
  }

  /**
   * The echoed timestamp tells which of several sends was answered, so a retransmission does not
   * spoil the measurement. One that was not sent says nothing: some servers invent them.
   */
  private Optional<Duration> roundTrip(ReliableHeader header) {
    int elapsed = micros() - header.timestamp();
    return stamps.contains(header.timestamp())
        ? Optional.of(Duration.ofNanos(elapsed * NANOS_PER_MICRO))
        : Optional.empty();
  }

  /** With errors reported, the kernel hands over what ICMP says, above all: port unreachable. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (unanswered != null) {
      fail(
          new IOException(
              Addresses.text(remote) + " cannot be reached: " + Failures.onTheWay(cause), cause));
    }
  }

  private void fail(IOException cause) {
    unanswered = null;
    cancelAlarm();
    listener.failed(cause);
  }

  /** Closes the socket. */
  void close() {
    unanswered = null;
    cancelAlarm();
    channel.close();
  }

  private void cancelAlarm() {
    Future<?> set = alarm;
    alarm = null;
    if (set != null) {
      set.cancel(false);
    }
  }

  private static int micros() {
    return (int) (System.nanoTime() / NANOS_PER_MICRO);
  }
}
