package org.culvert.endpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.culvert.api.config.Spelling;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, in the log and to who asks, that no datapath has the name that the operator wrote. One
 * that is swapped comes back soon, and so nothing is told before it was absent for a while.
 *
 * <p>Safe for use by many threads.
 */
final class NamedDatapath {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.endpoint");

  /** Longer than a bundle takes to be swapped, or the others to start. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final EndpointSettings settings;
  private final Carriers carriers;
  private final LongSupplier nanos;
  private final Alarm alarm;

  /** Since when none has the name; empty: one has. Guarded by this object's lock. */
  private Optional<Long> absentSince = Optional.empty();

  private volatile List<String> lines = List.of();

  /** Takes a clock that never jumps. */
  NamedDatapath(
      EndpointSettings settings,
      Carriers carriers,
      ScheduledExecutorService executor,
      LongSupplier nanos) {
    this.settings = settings;
    this.carriers = carriers;
    this.nanos = nanos;
    this.alarm = new Alarm(executor, nanos, this::look);
  }

  /** Looks whether one has the name: at the start, and whenever one came or went. */
  synchronized void look() {
    Set<String> names = carriers.names();
    if (!settings.isDatapathForced() || names.contains(settings.datapath())) {
      absentSince = Optional.empty();
      lines = List.of();
      return;
    }
    long now = nanos.getAsLong();
    long since = absentSince.orElse(now);
    absentSince = Optional.of(since);
    long left = PATIENCE_NANOS - (now - since);
    if (left > 0) {
      alarm.in(left);
      return;
    }
    List<String> told = List.of(line(names));
    if (!told.equals(lines)) {
      lines = told;
      LOG.warn("{}", told.get(0));
    }
  }

  /** Returns what is wrong now, as one line or none. */
  List<String> lines() {
    return lines;
  }

  private String line(Set<String> names) {
    Set<String> words = new TreeSet<>(names);
    words.add(EndpointSettings.AUTO);
    String written = settings.datapath();
    String remedy =
        Spelling.nearest(written, words)
            .map("is %s meant?"::formatted)
            .orElse("write one of " + String.join(", ", words) + ", or install it");
    return "etc/%s.cfg: datapath = \"%s\": no such datapath is active, and tunnels wait for it; %s"
        .formatted(settings.pid(), written, remedy);
  }
}
