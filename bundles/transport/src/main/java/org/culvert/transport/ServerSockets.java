package org.culvert.transport;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingSessions.Listener;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that is open while signaling is served: the thread, the ports and their sessions. */
final class ServerSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSockets.class);
  private static final int SCAN_SECONDS = 10;
  private static final int SWEEP_MILLIS = 200;
  private static final int LONGEST_WAIT_SECONDS = 10;

  private final TransportSettings settings;
  private final NetworkLoop loop;
  private final Reception reception;
  private final TcpPort tcp;
  private final UdpPorts udp;
  private final TlsPort tls;
  private final OwnTunnels tunnels = new OwnTunnels();

  /** Asks for this node's addresses, which can block. */
  private final ScheduledExecutorService scanner =
      Executors.newSingleThreadScheduledExecutor(
          new DefaultThreadFactory("culvert-addresses", true));

  private ServerSockets(TransportSettings settings, NetworkLoop loop, Reception reception) {
    this.settings = settings;
    this.loop = loop;
    this.reception = reception;
    this.tcp =
        new TcpPort(
            loop,
            loop.thread(),
            reception,
            Transport.TCP,
            connection -> new TcpSession(reception, connection, loop.thread(), Layer.NONE));
    this.udp = new UdpPorts(loop, reception, settings.port());
    this.tls = new TlsPort(settings, loop, reception);
  }

  /**
   * Opens the ports.
   *
   * @param loop a thread of its own; it is closed with the rest, also if opening fails
   * @throws IllegalStateException if a TCP port is taken or may not be opened
   */
  static ServerSockets open(TransportSettings settings, NetworkLoop loop, Reception reception) {
    ServerSockets sockets = new ServerSockets(settings, loop, reception);
    try {
      sockets.start();
      return sockets;
    } catch (RuntimeException e) {
      sockets.close();
      throw e;
    }
  }

  private void start() {
    if (settings.tcp()) {
      settings.endpoints(settings.port()).forEach(address -> listen(tcp, Transport.TCP, address));
    }
    if (settings.udp()) {
      Set<InetAddress> addresses = addresses();
      onLoop(
          () -> {
            udp.apply(addresses);
            return udp.listening();
          });
      scanner.scheduleWithFixedDelay(this::scan, SCAN_SECONDS, SCAN_SECONDS, TimeUnit.SECONDS);
    }
    loop.thread()
        .scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Listens on one more address.
   *
   * @throws IllegalStateException if the operating system refuses; tells what to do about it
   */
  static void listen(TcpPort port, Transport transport, InetSocketAddress address) {
    try {
      port.listen(address);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while opening a port", e);
    } catch (Exception e) {
      throw new IllegalStateException(
          "cannot listen on "
              + transport
              + " "
              + IpAddresses.text(address.getAddress())
              + " port "
              + address.getPort()
              + ": "
              + e.getMessage()
              + "; stop whatever has the port, or change "
              + (transport == Transport.TLS ? "tls.port" : "port")
              + " or addresses in etc/"
              + TransportSettings.PID
              + ".cfg",
          e);
    }
  }

  /** Returns the port of TLS, which opens and closes while the others stay. */
  TlsPort tls() {
    return tls;
  }

  private void scan() {
    Set<InetAddress> addresses = addresses();
    loop.confined().execute(() -> udp.apply(addresses));
  }

  private Set<InetAddress> addresses() {
    if (!settings.addresses().isEmpty()) {
      return new LinkedHashSet<>(settings.addresses());
    }
    try {
      return Addresses.ofThisNode(tunnels.names());
    } catch (SocketException e) {
      LOG.warn("this node's addresses cannot be listed, so UDP ports stay as they are", e);
      return onLoop(
          () -> {
            Set<InetAddress> known = new LinkedHashSet<>();
            udp.listening().forEach(local -> known.add(local.getAddress()));
            return known;
          });
    }
  }

  private void sweep() {
    try {
      reception.sweep();
      udp.sweep();
    } catch (RuntimeException e) {
      // A repeated task that throws is never run again, and no session would ever time out.
      LOG.error("ending the sessions that took too long failed", e);
    }
  }

  /** Returns the addresses listened on. */
  List<Listener> listeners() {
    List<Listener> listeners = new ArrayList<>();
    tcp.listening().forEach(at -> listeners.add(new Listener(Transport.TCP, at)));
    tls.listening().forEach(at -> listeners.add(new Listener(Transport.TLS, at)));
    onLoop(udp::listening).forEach(at -> listeners.add(new Listener(Transport.UDP, at)));
    return listeners;
  }

  /** Describes the live sessions. */
  List<SessionSummary> sessions() {
    return onLoop(reception::summaries);
  }

  /** Closes all in reverse order; returns when the ports are free. */
  @Override
  public void close() {
    scanner.shutdownNow();
    tls.close();
    tcp.close();
    onLoop(
        () -> {
          udp.close();
          return udp.listening();
        });
    loop.close();
  }

  private <T> T onLoop(Callable<T> task) {
    try {
      if (loop.thread().inEventLoop()) {
        return task.call();
      }
      return loop.thread().submit(task).get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("signaling is stopped", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("signaling does not answer", e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
