package org.culvert.routing.frr;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * Writes what lets FRR speak RIPng on a tunnel's device (RFC 2080). RIPng knows no maximum, so that
 * a client may announce its prefix as a whole and nothing in it.
 */
final class RipngLines {
  /** Begins RIPng's block. */
  static final String BLOCK = "router ripng";

  private static final String DEFAULT = "default-information originate";
  private static final Block SHARED = new Block(BLOCK, Block.mark("RIPNG"), DEFAULT::equals);
  private static final List<String> IN_BLOCK = List.of(BLOCK);
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,14}");

  private final FrrSettings settings;

  RipngLines(FrrSettings settings) {
    this.settings = settings;
  }

  /** Returns RIPng's block. */
  static Block block() {
    return SHARED;
  }

  /**
   * Returns all lines that a tunnel needs.
   *
   * @throws ServiceException if the tunnel has no device to speak on
   */
  List<ConfigLine> lines(ServedTunnel tunnel, RunningConfig running) throws ServiceException {
    String device =
        tunnel
            .device()
            .orElseThrow(() -> ServiceException.passing("the tunnel has no device yet", null));
    if (!DEVICE.matcher(device).matches()) {
      throw ServiceException.lasting("a device's name that FRR cannot be told", null);
    }
    boolean atServer = tunnel.side() == Side.SERVER;
    Mark mark = Mark.of(tunnel.id());
    String out = atServer ? mark.out() : mark.own();
    List<ConfigLine> lines = new ArrayList<>();
    lines.addAll(
        atServer
            ? Filters.permitting(mark.in(), tunnel.prefix(), 0)
            : Filters.permitting(mark.in(), settings.accepted(), tunnel.prefix()));
    lines.addAll(
        atServer
            ? Filters.permitting(out, settings.announced())
            : Filters.permitting(out, tunnel.prefix(), 0));
    if (SHARED.isOurs(running)) {
      lines.add(SHARED.made());
      lines.add(ConfigLine.top(BLOCK));
      if (atServer && settings.announced().hasDefault()) {
        lines.add(new ConfigLine(IN_BLOCK, DEFAULT));
      }
    }
    lines.add(filter(mark.in(), "in", device));
    lines.add(filter(out, "out", device));
    if (!atServer) {
      tunnel.prefix().ifPresent(prefix -> lines.add(new ConfigLine(IN_BLOCK, "route " + prefix)));
    }
    lines.add(new ConfigLine(IN_BLOCK, "network " + device));
    return lines;
  }

  private static ConfigLine filter(String list, String way, String device) {
    return new ConfigLine(
        IN_BLOCK, "ipv6 distribute-list prefix " + list + " " + way + " " + device);
  }
}
