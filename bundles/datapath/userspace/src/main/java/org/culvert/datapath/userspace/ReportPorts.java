package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link ReportPort} for each local address that tunnels have. Guarded by the lock of the
 * forwarding that they belong to.
 *
 * <p>Tunnels go on without: where the right to read ICMP is missing, one line says so.
 */
final class ReportPorts {
  private static final Logger LOG = LoggerFactory.getLogger(ReportPorts.class);

  private final OuterSockets sockets;
  private final Map<InetAddress, ReportPort> open = new HashMap<>();

  /** Addresses whose reports cannot be read, which was said. */
  private final Set<InetAddress> without = new HashSet<>();

  ReportPorts(OuterSockets sockets) {
    this.sockets = sockets;
  }

  /** Reads reports for exactly these ports from now on. */
  void apply(Collection<OuterPort> ports, PathListener listener) {
    Map<InetAddress, List<OuterPort>> wanted =
        ports.stream().collect(Collectors.groupingBy(port -> port.key().local().getAddress()));
    without.retainAll(wanted.keySet());
    open.entrySet()
        .removeIf(
            entry -> {
              boolean leaves = !wanted.containsKey(entry.getKey());
              if (leaves) {
                entry.getValue().close();
              }
              return leaves;
            });
    wanted.forEach(
        (address, those) -> {
          ReportPort port = open.get(address);
          if (port == null) {
            open(address, listener, those);
          } else {
            port.ports(those);
          }
        });
  }

  private void open(InetAddress address, PathListener listener, List<OuterPort> ports) {
    try {
      ReportPort port =
          new ReportPort(address, sockets.openErrors(address), listener, System::nanoTime);
      port.ports(ports);
      open.put(address, port.start());
      without.remove(address);
    } catch (IOException | OutOfMemoryError e) {
      if (without.add(address)) {
        LOG.info(
            "What the network reports about packets from {} is not read: {}",
            IpAddresses.text(address),
            e.getMessage());
      }
    }
  }

  void close() {
    open.values().forEach(ReportPort::close);
    open.clear();
  }
}
