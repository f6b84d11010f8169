package org.culvert.endpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.culvert.api.recurrence.Recurrences;
import org.culvert.api.recurrence.Recurrences.Recurrence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps account of devices that others change, so that a quarrel with another program stays
 * bounded: what is changed once is put right at once; what is changed again and again waits ever
 * longer, up to half a minute. Tells the operator of its beginning and its end.
 */
final class Quarrels {
  private static final Logger LOG = LoggerFactory.getLogger(Quarrels.class);

  private static final int SHOWN = 3;

  private final Recurrences<String> repairs;

  /** Takes a clock that never jumps. */
  Quarrels(LongSupplier nanos) {
    this.repairs = new Recurrences<>(nanos);
  }

  /** Takes note of what was found wrong with a device and put right. */
  void putRight(String device, List<String> restored) {
    if (restored.isEmpty()) {
      return;
    }
    Recurrence repair = repairs.note(device);
    if (!repair.isOpen()) {
      LOG.warn("Another program changed device {}; it was put right: {}", device, shown(restored));
    } else if (repair.isFirstOpen()) {
      LOG.warn(
          "Another program changes device {} again and again ({}); it is put right, but ever less"
              + " often. Find the program: ip monitor link address route",
          device,
          shown(restored));
    } else {
      LOG.debug("Device {} was put right again: {}", device, restored);
    }
  }

  private static String shown(List<String> restored) {
    String shown = String.join("; ", restored.subList(0, Math.min(SHOWN, restored.size())));
    return restored.size() > SHOWN ? shown + "; ..." : shown;
  }

  /** Returns those of these devices that need not wait. */
  Set<String> due(Collection<String> devices) {
    return repairs.due(devices);
  }

  /** Returns how long it is until the first of these devices is due. */
  long wait(Collection<String> devices) {
    return repairs.wait(devices);
  }

  /** Ends quarrels that are over, and those about devices that are wanted no more. */
  void settle(Collection<String> wanted) {
    for (String device : repairs.settle(wanted)) {
      LOG.info("Device {} is left alone again, and as it should be", device);
    }
  }

  /** Returns what others have changed lately, a line each. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    new TreeMap<>(repairs.all())
        .forEach(
            (device, quarrel) -> {
              if (quarrel.isOpen()) {
                lines.add(
                    "device "
                        + device
                        + " is changed by another program again and again ("
                        + quarrel.times()
                        + " times); it is put right at most every "
                        + TimeUnit.NANOSECONDS.toSeconds(quarrel.pause())
                        + " s");
              }
            });
    return lines;
  }
}
