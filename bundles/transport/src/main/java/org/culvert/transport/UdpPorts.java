package org.culvert.transport;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.SharedPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP socket for each local address, so that a reply always leaves from the address that was
 * asked: a socket on the wildcard address would let routing choose another, which no client and no
 * NAT would take for an answer.
 *
 * <p>Confined to the server's thread.
 */
final class UdpPorts {
  private static final Logger LOG = LoggerFactory.getLogger(UdpPorts.class);
  private static final int RECEIVE_BUFFER = 1 << 20;

  private final NetworkLoop loop;
  private final Reception reception;
  private final int port;
  private final Map<InetAddress, Opened> ports = new LinkedHashMap<>();
  private final Set<InetAddress> warned = new HashSet<>();

  private record Opened(UdpPort port, DatagramChannel channel) {
    ChannelFuture close() {
      port.close();
      return channel.close();
    }
  }

  UdpPorts(NetworkLoop loop, Reception reception, int port) {
    this.loop = loop;
    this.reception = reception;
    this.port = port;
  }

  /** Opens ports on addresses that are new, and closes those on addresses that are gone. */
  void apply(Set<InetAddress> addresses) {
    for (InetAddress address : List.copyOf(ports.keySet())) {
      if (!addresses.contains(address)) {
        LOG.info("UDP {} is closed, the address is gone", IpAddresses.text(address));
        close(address);
      }
    }
    warned.retainAll(addresses);
    for (InetAddress address : addresses) {
      if (!ports.containsKey(address)) {
        open(address);
      }
    }
  }

  /** Returns the addresses listened on. */
  List<InetSocketAddress> listening() {
    return ports.values().stream().map(opened -> opened.port().local()).toList();
  }

  /** Forgets what was remembered long enough. */
  void sweep() {
    ports.values().forEach(opened -> opened.port().sweep());
  }

  /** Closes all ports. */
  void close() {
    List.copyOf(ports.keySet()).forEach(this::close);
  }

  private void open(InetAddress address) {
    InetSocketAddress local = new InetSocketAddress(address, port);
    DatagramChannel channel = loop.datagramSocket(address);
    UdpPort opened = new UdpPort(reception, channel, local);
    ports.put(address, new Opened(opened, channel));
    channel.pipeline().addLast(opened);
    channel.config().setReceiveBufferSize(RECEIVE_BUFFER);
    if (loop.sharesPorts()) {
      channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
    }
    loop.thread()
        .register(channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                SharedPort.join(() -> bound(address, channel, channel.bind(local).cause()));
              } else {
                failed(address, registered.cause());
              }
            });
  }

  /** Attaches the selector; on the channel's own thread, where to bind it is done at once. */
  private void bound(InetAddress address, DatagramChannel channel, Throwable cause) {
    if (cause != null) {
      failed(address, cause);
      return;
    }
    if (loop.sharesPorts()) {
      try {
        FirstOctetSelector.attach(channel, true);
      } catch (ChannelException e) {
        LOG.warn(
            "UDP {} port {} cannot be shared with v6udpv4 tunnels: the kernel refused the selector",
            IpAddresses.text(address),
            port,
            e);
      }
    }
    warned.remove(address);
    LOG.debug("UDP {} port {} is open", IpAddresses.text(address), port);
  }

  private void failed(InetAddress address, Throwable cause) {
    close(address);
    if (warned.add(address)) {
      LOG.warn(
          "UDP {} port {} cannot be opened ({}); it is tried again from time to time",
          IpAddresses.text(address),
          port,
          cause.getMessage());
    }
  }

  private void close(InetAddress address) {
    Opened opened = ports.remove(address);
    if (opened != null) {
      opened.close();
    }
  }
}
