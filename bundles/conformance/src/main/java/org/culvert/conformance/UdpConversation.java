package org.culvert.conformance;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A session over UDP with the header of RFC 5572 section 4.4.1.2: numbers what it sends, sends
 * again what is not answered, and holds the server to the headers it was sent.
 */
final class UdpConversation implements Conversation {
  private static final int HEADER = 8;
  private static final int MARKER = 0xF000_0000;

  /** The number that every server in the field can take for a first one. */
  private static final int FIRST = 240;

  private static final int LARGEST = 65_535;
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 40_000;
  private static final int TRIES = 100;
  private static final AtomicInteger NEXT_PORT = new AtomicInteger(new Random().nextInt(PORTS));
  private static final int SENDS = 3;

  private final DatagramSocket socket;
  private final Consumer<String> violations;
  private final List<byte[]> headers = new ArrayList<>();

  /**
   * Headers of what was sent again for want of an answer: such answers may come twice, and late.
   */
  private final List<byte[]> excused = new ArrayList<>();

  private ByteOrder order = ByteOrder.BIG_ENDIAN;
  private int sequence = FIRST - 1;
  private int stamp = 805;
  private OptionalInt nextSequence = OptionalInt.empty();
  private OptionalInt nextStamp = OptionalInt.empty();
  private byte[] last = new byte[0];

  private UdpConversation(DatagramSocket socket, Consumer<String> violations) {
    this.socket = socket;
    this.violations = violations;
  }

  /**
   * Opens a socket towards a server.
   *
   * @param violations hears of headers that do not answer what was sent
   */
  static UdpConversation open(
      InetSocketAddress server, Optional<InetAddress> from, Consumer<String> violations)
      throws IOException {
    DatagramSocket socket = from.isPresent() ? bound(from.get()) : bound(anyOf(server));
    socket.connect(server);
    return new UdpConversation(socket, violations);
  }

  /**
   * Takes ports in turn: a server that remembers a session takes a new one from its port, with the
   * same numbers, for a late duplicate.
   */
  private static DatagramSocket bound(InetAddress local) throws IOException {
    for (int i = 1; i < TRIES; i++) {
      int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try {
        return new DatagramSocket(new InetSocketAddress(local, port));
      } catch (BindException e) {
        // Somebody has it.
      }
    }
    return new DatagramSocket(new InetSocketAddress(local, 0));
  }

  private static InetAddress anyOf(InetSocketAddress server) throws IOException {
    boolean ipv4 = server.getAddress() instanceof Inet4Address;
    return InetAddress.getByAddress(new byte[ipv4 ? 4 : 16]);
  }

  /** Sets the next datagram's number: {@code +N}, {@code -N} from the last one, or a number. */
  void sequence(String text) {
    boolean relative = text.startsWith("+") || text.startsWith("-");
    int number = Integer.parseInt(text);
    nextSequence = OptionalInt.of(relative ? sequence + number : number);
  }

  /** Sets the next datagram's timestamp. */
  void stamp(String text) {
    nextStamp = OptionalInt.of(Integer.parseUnsignedInt(text));
  }

  /** Writes headers as old clients on little-endian machines do. */
  void littleEndian() {
    order = ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public void send(byte[] data) throws IOException {
    sequence = nextSequence.orElse(sequence + 1);
    nextSequence = OptionalInt.empty();
    headers.clear();
    transmit(sequence, data);
  }

  private void transmit(int number, byte[] data) throws IOException {
    stamp = nextStamp.orElse(stamp + 7);
    nextStamp = OptionalInt.empty();
    sendAsIs(
        ByteBuffer.allocate(HEADER + data.length)
            .order(order)
            .putInt(MARKER | (number & ~MARKER))
            .putInt(stamp)
            .put(data)
            .array());
  }

  /** Sends the last datagram again under a new timestamp. */
  void again() throws IOException {
    headers.clear();
    transmit(sequence, Arrays.copyOfRange(last, HEADER, last.length));
  }

  /** Sends the last datagram again as it was. */
  void againExactly() throws IOException {
    headers.clear();
    sendAsIs(last);
  }

  /** Sends a datagram that has its header in it, or none. */
  void datagram(byte[] whole) throws IOException {
    headers.clear();
    sendAsIs(whole);
  }

  private void sendAsIs(byte[] datagram) throws IOException {
    last = datagram;
    if (datagram.length >= HEADER) {
      headers.add(Arrays.copyOf(datagram, HEADER));
    }
    socket.send(new DatagramPacket(datagram, datagram.length));
  }

  @Override
  public Arrival receive(Duration limit, boolean insist) throws IOException {
    boolean again = insist && last.length >= HEADER;
    int sends = again ? SENDS : 1;
    for (int i = 0; i < sends; i++) {
      if (i > 0) {
        transmit(sequence, Arrays.copyOfRange(last, HEADER, last.length));
        excused.addAll(headers);
      }
      Arrival arrival = receive(limit.dividedBy(sends));
      if (!(arrival instanceof Arrival.Nothing)) {
        return arrival;
      }
    }
    return new Arrival.Nothing();
  }

  private Arrival receive(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    Arrival arrival = receiveOne(limit);
    while (arrival instanceof Arrival.Late) {
      arrival = receiveOne(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    return arrival;
  }

  private Arrival receiveOne(Duration limit) {
    DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
    try {
      socket.setSoTimeout(Math.max(1, (int) limit.toMillis()));
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      return new Arrival.Nothing();
    } catch (IOException e) {
      return new Arrival.End("port unreachable");
    }
    byte[] datagram = Arrays.copyOf(packet.getData(), packet.getLength());
    if (datagram.length < HEADER) {
      violations.accept("a datagram of " + datagram.length + " octets has no header");
      return new Arrival.Octets(new byte[0]);
    }
    byte[] header = Arrays.copyOf(datagram, HEADER);
    if (headers.stream().noneMatch(sent -> Arrays.equals(sent, header))) {
      if (excused.stream().anyMatch(sent -> Arrays.equals(sent, header))) {
        return new Arrival.Late();
      }
      violations.accept(
          "the header "
              + Text.shown(header)
              + " is not that of the datagram it answers, "
              + headers.stream().map(Text::shown).toList());
    }
    return new Arrival.Octets(Arrays.copyOfRange(datagram, HEADER, datagram.length));
  }

  @Override
  public InetSocketAddress local() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  @Override
  public void close() {
    socket.close();
  }
}
