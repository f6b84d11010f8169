package org.culvert.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the most sessions that are configured with the files that this process may open: each
 * session over TCP is one. The Java runtime has raised the soft limit to the hard one before.
 */
@Component(
    service = HostReport.class,
    immediate = true,
    configurationPid = TransportSettings.PID,
    property = TunnelEndpoint.ROLE + "=" + TunnelEndpoint.SERVER)
public final class OpenFiles implements HostReport {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern SOFT = Pattern.compile("(?m)^Max open files\\s+([0-9]{1,18})\\s");

  /** For bundles, databases, shells, and devices and sockets of tunnels. */
  private static final int BESIDE_SESSIONS = 2_000;

  private final List<String> missing;

  /** Looks once, since the limit of a running process hardly ever changes. */
  @Activate
  public OpenFiles(Config config, @Reference TunnelBroker broker) {
    this(config.sessions(), limits());
    missing.forEach(LOG::warn);
  }

  OpenFiles(int sessions, String limits) {
    OptionalLong allowed = softLimit(limits);
    long needed = (long) sessions + BESIDE_SESSIONS;
    missing =
        allowed.isPresent() && allowed.getAsLong() < needed
            ? List.of(told(allowed.getAsLong(), sessions, needed))
            : List.of();
  }

  private static String told(long allowed, int sessions, long needed) {
    return "this process may open "
        + allowed
        + " files, and sessions = "
        + sessions
        + " in etc/"
        + TransportSettings.PID
        + ".cfg needs "
        + needed
        + ": start it after ulimit -n "
        + needed
        + ", or with LimitNOFILE="
        + needed
        + " in its systemd unit, or lower sessions";
  }

  /** Reads {@code /proc/self/limits}; empty if there is none, or no number in it. */
  private static OptionalLong softLimit(String limits) {
    Matcher matcher = SOFT.matcher(limits);
    return matcher.find()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  private static String limits() {
    try {
      return Files.readString(LIMITS, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      LOG.debug("The limit of open files is not known", e);
      return "";
    }
  }

  @Override
  public List<String> missing() {
    return missing;
  }
}
