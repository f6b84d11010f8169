package org.culvert.lan.radvd;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.FilterWatcher;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.PacketFilters;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps out what comes through the tunnel unasked, in a table of its own (RFC 6092): a NAT that the
 * tunnel passes protects nobody behind it any more.
 *
 * <p>A tunnel may change its device at any moment. So what is for the tunnel's prefix or address is
 * looked at wherever it comes from, except from the LANs and this machine itself; the tunnel's
 * device is named for the sake of other addresses that are here.
 *
 * <p>A filter that another program takes away leaves the LAN open. So it is put back as soon as the
 * kernel tells of it; what is not told, the looks of {@link Watch} find. Whoever takes it away
 * again and again waits for the next look, and no longer. All is guarded by this object's lock.
 */
final class Firewall implements FilterWatcher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);
  static final String TABLE = "culvert_lan";

  static final String FAULT = "the filter ip6 " + TABLE + " is gone or changed";

  /** What networks need to work, and must not be dropped on its way (RFC 4890 section 4.3.1). */
  private static final String MESSAGES =
      "destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request,"
          + " echo-reply";

  private final Programs programs;
  private final List<LanSettings.Lan> lans;
  private final List<LanSettings.Opening> open;
  private final PacketFilters filters;

  /** What the filter is made by; empty while there is to be none. */
  private String wanted = "";

  /** What nft showed when the filter had been put up; empty while it is not. */
  private String shown = "";

  private final Quarrels quarrels = new Quarrels(System::nanoTime);

  /** Why it could not be put back last, as was told; empty if it could. */
  private String failure = "";

  private Optional<NetworkDevices.Watch> watch = Optional.empty();
  private boolean deaf;

  Firewall(Programs programs, LanSettings settings, PacketFilters filters) {
    this.programs = programs;
    this.filters = filters;
    this.lans = settings.lans();
    this.open = settings.open();
  }

  /**
   * Puts the filter up, whole and in one step.
   *
   * @param prefixes those that the LANs have, or had not long ago
   */
  synchronized void raise(ServedTunnel tunnel, String device, Collection<IpPrefix> prefixes)
      throws ServiceException {
    wanted = text(tunnel, device, prefixes);
    listen();
    put();
  }

  private void put() throws ServiceException {
    nft(wanted);
    String now = show();
    // What another program changed in between is not what was put up.
    shown = shape(now).equals(shape(wanted)) ? now : "";
  }

  /** Returns how many lines each chain of a table has: nft has its own way with words. */
  private static Map<String, Integer> shape(String table) {
    Map<String, Integer> shape = new HashMap<>();
    String chain = "";
    for (String line : table.lines().map(String::strip).toList()) {
      if (line.endsWith("{")) {
        chain = line;
        shape.put(chain, 0);
      } else if (!chain.isEmpty() && !line.isEmpty() && !line.equals("}")) {
        shape.merge(chain, 1, Integer::sum);
      }
    }
    return shape;
  }

  /** Takes the filter away; does nothing if it is not there. */
  synchronized void lower() throws ServiceException {
    wanted = "";
    shown = "";
    nft(clear());
  }

  /** Tells whether the filter is there, whole. */
  synchronized boolean stands() throws ServiceException {
    return !shown.isEmpty() && shown.equals(show());
  }

  private void listen() {
    if (watch.isPresent()) {
      return;
    }
    try {
      watch = Optional.of(filters.watch(this));
    } catch (IOException e) {
      if (!deaf) {
        LOG.warn("Changes that others make to the filter are seen late: {}", e.getMessage());
      }
      deaf = true;
    }
  }

  @Override
  public void gone(String table) {
    if (table.equals(TABLE)) {
      atOnce();
    }
  }

  @Override
  public void changed(String table) {
    if (table.equals(TABLE)) {
      everything();
    }
  }

  /** Our own changes are told as well, and are whole. */
  @Override
  public synchronized void everything() {
    if (!quarrels.isOpen(FAULT)) {
      keep();
    }
  }

  /** Looks whether it is there, whole, and puts it back if not. */
  synchronized void look() {
    quarrels.settle();
    keep();
  }

  private synchronized void atOnce() {
    if (!wanted.isEmpty() && !quarrels.isOpen(FAULT)) {
      putBack();
    }
  }

  private void keep() {
    try {
      if (!wanted.isEmpty() && !stands()) {
        putBack();
      }
    } catch (ServiceException e) {
      failed(e);
    }
  }

  private void putBack() {
    quarrels.putRight(List.of(FAULT));
    try {
      put();
      failure = "";
    } catch (ServiceException e) {
      failed(e);
    }
  }

  private void failed(ServiceException e) {
    String why = String.valueOf(e.getMessage());
    if (!why.equals(failure)) {
      LOG.warn("{}: {}", FAULT, why);
    }
    failure = why;
  }

  /** Listens no more; the filter stays as it is. */
  @Override
  public void close() {
    Optional<NetworkDevices.Watch> open;
    synchronized (this) {
      open = watch;
      wanted = "";
      watch = Optional.empty();
    }
    // Not under the lock, for which its thread may be waiting.
    open.ifPresent(NetworkDevices.Watch::close);
  }

  /** Returns the filter as it is, without its counters; nothing if it is gone. */
  private String show() throws ServiceException {
    Programs.Result result = programs.run("", "nft", "--stateless", "list", "table", "ip6", TABLE);
    return result.succeeded() ? result.output() : "";
  }

  private void nft(String commands) throws ServiceException {
    Programs.Result result = programs.run(commands, "nft", "-f", "-");
    if (!result.succeeded()) {
      throw ServiceException.passing("nft refuses: " + result.complaint(), null);
    }
  }

  private static String clear() {
    return "table ip6 " + TABLE + "\ndelete table ip6 " + TABLE + "\n";
  }

  String text(ServedTunnel tunnel, String device, Collection<IpPrefix> prefixes) {
    boolean speaks = tunnel.arrangements().routing().filter(r -> !r.isStatic()).isPresent();
    InetAddress server = tunnel.serverAddress();
    String elsewhere = "    iifname != { " + inside() + " } ip6 daddr { " + list(prefixes);
    String own = IpAddresses.text(tunnel.clientAddress());
    boolean covered = prefixes.stream().anyMatch(p -> p.contains(tunnel.clientAddress()));
    return clear()
        + "table ip6 "
        + TABLE
        + " {\n"
        + "  chain forward {\n"
        + "    type filter hook forward priority filter; policy accept;\n"
        + ("    iifname \"" + device + "\" jump inside\n")
        + (elsewhere + " } jump inside\n")
        + "  }\n"
        + "  chain input {\n"
        + "    type filter hook input priority filter; policy accept;\n"
        + ("    iifname \"" + device + "\" jump gateway\n")
        + (elsewhere + (covered ? "" : ", " + own) + " } jump gateway\n")
        + "  }\n"
        + "  chain inside {\n"
        + "    ct state established,related accept\n"
        + "    ct state invalid counter drop\n"
        + ("    icmpv6 type { " + MESSAGES + " } accept\n")
        + openings()
        + "    counter drop\n"
        + "  }\n"
        + "  chain gateway {\n"
        + "    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
        + (speaks ? "    ip6 saddr { fe80::/10, " + IpAddresses.text(server) + " } accept\n" : "")
        + "    jump inside\n"
        + "  }\n"
        + "}\n";
  }

  private String inside() {
    return Stream.concat(Stream.of("lo"), lans.stream().map(LanSettings.Lan::device))
        .map(name -> '"' + name + '"')
        .collect(Collectors.joining(", "));
  }

  /** Sorted, and none that lies in another: nft takes no overlaps. */
  private static String list(Collection<IpPrefix> prefixes) {
    return prefixes.stream()
        .filter(
            p ->
                prefixes.stream()
                    .noneMatch(q -> q.length() < p.length() && q.contains(p.network())))
        .map(IpPrefix::toString)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private String openings() {
    return open.stream()
        .map(o -> "    " + o.protocol() + " dport " + o.port() + " accept\n")
        .collect(Collectors.joining());
  }
}
