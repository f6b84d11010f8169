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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.IpAddresses;
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
 * the socket is alone until the tunnel joins.
 *
 * <p>Confined to the client's thread.
 */
final class ReliableDatagrams extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(ReliableDatagrams.class);
  private static final long NANOS_PER_MICRO = 1_000;
  private static final Duration LONGEST_BELIEVABLE = Duration.ofMinutes(2);

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
  private @Nullable Future<?> alarm;

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
   * @throws IOException if there is no way to the broker, or no socket to be had
   */
  static ReliableDatagrams open(
      NetworkLoop loop, InetSocketAddress remote, RetransmissionTimer timer, Listener listener)
      throws IOException {
    InetAddress local = localAddressTowards(remote);
    DatagramChannel channel = loop.datagramSocket(local);
    ReliableDatagrams datagrams = new ReliableDatagrams(channel, remote, timer, listener);
    channel.pipeline().addLast(datagrams);
    Throwable refusal = loop.thread().register(channel).cause();
    if (refusal == null) {
      refusal = channel.bind(new InetSocketAddress(local, 0)).cause();
    }
    if (refusal != null) {
      channel.close();
      throw new IOException("no UDP socket at " + IpAddresses.text(local), refusal);
    }
    if (loop.sharesPorts()) {
      try {
        channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
        channel
            .config()
            .setOption(local instanceof Inet4Address ? REPORT_ERRORS_4 : REPORT_ERRORS_6, 1);
      } catch (ChannelException e) {
        LOG.debug("an option of the socket was refused", e);
      }
    }
    return datagrams;
  }

  /** Asks routing, by connecting a socket that sends nothing. */
  private static InetAddress localAddressTowards(InetSocketAddress remote) throws IOException {
    try (java.nio.channels.DatagramChannel probe = java.nio.channels.DatagramChannel.open()) {
      probe.connect(remote);
      if (probe.getLocalAddress() instanceof InetSocketAddress local
          && !local.getAddress().isAnyLocalAddress()) {
        return Addresses.plain(local.getAddress());
      }
      throw new IOException("no local address towards " + remote);
    }
  }

  /** Returns the address and port that datagrams leave from. */
  InetSocketAddress local() {
    return Addresses.plain(channel.localAddress());
  }

  /** Sends data in a datagram with a new sequence number. */
  void send(byte[] data) {
    sequence++;
    unanswered = data.clone();
    sends = 0;
    transmit(unanswered);
  }

  private void transmit(byte[] data) {
    sends++;
    ReliableHeader header = ReliableHeader.of(sequence, micros());
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
      fail(new IOException("no answer from " + remote + " after " + sends + " datagrams"));
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
   * spoil the measurement. A server that invents timestamps is not believed.
   */
  private static Optional<Duration> roundTrip(ReliableHeader header) {
    int elapsed = micros() - header.timestamp();
    Duration roundTrip = Duration.ofNanos(elapsed * NANOS_PER_MICRO);
    return elapsed < 0 || roundTrip.compareTo(LONGEST_BELIEVABLE) > 0
        ? Optional.empty()
        : Optional.of(roundTrip);
  }

  /** With errors reported, the kernel hands over what ICMP says, above all: port unreachable. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (unanswered != null) {
      fail(new IOException(remote + " cannot be reached: " + cause.getMessage(), cause));
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
