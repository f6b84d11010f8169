package org.culvert.routing.frr;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * Makes FRR have what tunnels need. Each time it 1. asks FRR what it has, 2. compares, 3. says what
 * differs, and 4. looks whether that is so.
 */
final class Provision {
  private static final int REPAIRS_AT_ONCE = 20;

  /** A daemon that starts anew in between has forgotten what it was told. */
  private static final int SAID_AT_MOST = 2;

  private final Vtysh vtysh;
  private final BgpLines bgp;
  private final RipngLines ripng;

  /**
   * Held from asking FRR to having changed it, for what is said depends on what was read. It is
   * fair, so that a long repair lets others in.
   */
  private final ReentrantLock lock = new ReentrantLock(true);

  /** Guarded by the lock. */
  private final Map<String, ServedTunnel> provided = new LinkedHashMap<>();

  Provision(FrrSettings settings, Vtysh vtysh) {
    this.vtysh = vtysh;
    this.bgp = new BgpLines(settings);
    this.ripng = new RipngLines(settings);
  }

  void provide(ServedTunnel tunnel) throws ServiceException {
    lock.lock();
    try {
      makeSo(tunnel, true);
      provided.put(tunnel.id(), tunnel);
    } finally {
      lock.unlock();
    }
  }

  void withdraw(ServedTunnel tunnel) throws ServiceException {
    lock.lock();
    try {
      provided.remove(tunnel.id());
      makeSo(tunnel, false);
    } finally {
      lock.unlock();
    }
  }

  List<String> verify(ServedTunnel tunnel) throws ServiceException {
    lock.lock();
    try {
      List<String> differences = change(tunnel, true, Frr.ask(vtysh)).differences();
      // It may have been provided by an earlier run.
      provided.put(tunnel.id(), tunnel);
      return differences;
    } finally {
      lock.unlock();
    }
  }

  String state(ServedTunnel tunnel) throws ServiceException {
    RoutingProtocol protocol = protocol(tunnel);
    if (protocol.equals(RoutingProtocol.BGP)) {
      return SessionState.ofBgp(vtysh.ask("show bgp neighbors " + BgpLines.peer(tunnel) + " json"));
    }
    if (protocol.equals(RoutingProtocol.RIP) && tunnel.device().isPresent()) {
      return SessionState.ofRipng(vtysh.ask("show ipv6 ripng"), tunnel.device().get());
    }
    return protocol + ", nothing is spoken by FRR";
  }

  /**
   * Provides again what FRR has lost, as by a restart, as far as FRR takes it.
   *
   * @param repaired counts the tunnels for which something was lost
   * @return FRR as it was
   */
  Frr repair(Repaired repaired) throws ServiceException {
    while (true) {
      lock.lock();
      try {
        Frr frr = Frr.ask(vtysh);
        if (!repairSome(frr, repaired)) {
          return frr;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean repairSome(Frr frr, Repaired repaired) {
    int begun = 0;
    for (ServedTunnel tunnel : provided.values()) {
      if (begun >= REPAIRS_AT_ONCE) {
        return true;
      }
      try {
        Change change = change(tunnel, true, frr);
        if (!change.isEmpty() && repaired.isFirst(tunnel.id())) {
          begun++;
          vtysh.configure(change.commands());
          repaired.done();
        }
      } catch (ServiceException e) {
        repaired.failed(e);
      }
    }
    return false;
  }

  private void makeSo(ServedTunnel tunnel, boolean isWanted) throws ServiceException {
    Change change = change(tunnel, isWanted, Frr.ask(vtysh));
    if (change.isEmpty()) {
      return;
    }
    List<String> left = List.of();
    for (int said = 0; said < SAID_AT_MOST; said++) {
      vtysh.configure(change.commands());
      change = change(tunnel, isWanted, Frr.ask(vtysh));
      left = change.differences();
      if (left.isEmpty()) {
        break;
      }
    }
    if (!left.isEmpty()) {
      throw ServiceException.lasting(
          "FRR refused nothing, but " + left.get(0) + " (" + left.size() + " in all)", null);
    }
  }

  private Change change(ServedTunnel tunnel, boolean isWanted, Frr frr) throws ServiceException {
    RoutingProtocol protocol = protocol(tunnel);
    needDaemons(tunnel, protocol, frr);
    Mark mark = Mark.of(tunnel.id());
    List<ConfigLine> wanted = isWanted ? wanted(tunnel, protocol, frr) : List.of();
    List<ConfigLine> halfMade = HalfMade.lines(frr.running(), BgpLines.peer(tunnel), mark);
    Change change = Change.between(frr.owned().of(mark), wanted, frr.running(), halfMade);
    List<ConfigLine> leftover = new ArrayList<>();
    for (Block block : blocks(frr.running())) {
      if (wanted.stream().noneMatch(line -> line.isIn(block.line()))) {
        leftover.addAll(block.leftover(frr.running(), frr.owned(), mark, halfMade));
      }
    }
    return change.without(leftover);
  }

  private List<ConfigLine> wanted(ServedTunnel tunnel, RoutingProtocol protocol, Frr frr)
      throws ServiceException {
    if (protocol.equals(RoutingProtocol.STATIC)) {
      return List.of();
    }
    if (!(tunnel.clientAddress() instanceof Inet6Address)) {
      throw ServiceException.lasting("FRR is used through tunnels that carry IPv6", null);
    }
    if (protocol.equals(RoutingProtocol.BGP)) {
      byte[] seed =
          (tunnel.side() == Side.SERVER ? tunnel.serverAddress() : tunnel.clientAddress())
              .getAddress();
      return bgp.lines(tunnel, frr.running(), frr.fallbackId(seed));
    }
    if (protocol.equals(RoutingProtocol.RIP)) {
      return ripng.lines(tunnel, frr.running());
    }
    throw ServiceException.lasting(protocol + " is not spoken by FRR here", null);
  }

  private static void needDaemons(ServedTunnel tunnel, RoutingProtocol protocol, Frr frr)
      throws ServiceException {
    for (String daemon : Spoken.daemons(protocol, tunnel.side())) {
      frr.need(daemon);
    }
  }

  private static List<Block> blocks(RunningConfig running) {
    List<Block> blocks = new ArrayList<>();
    running.bgpAs().ifPresent(as -> blocks.add(BgpLines.blockOf(as)));
    if (running.has(ConfigLine.top(RipngLines.BLOCK))) {
      blocks.add(RipngLines.block());
    }
    return blocks;
  }

  private static RoutingProtocol protocol(ServedTunnel tunnel) {
    return tunnel
        .arrangements()
        .routing()
        .map(RoutingAgreement::protocol)
        .orElse(RoutingProtocol.STATIC);
  }
}
