package org.culvert.lan.radvd;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again whether what was given is there, and has it given again if not. A look
 * remembers nothing of the one before: what was taken away again while it was given is missing like
 * anything else. Only whom others undo again and again must wait, see {@link Quarrels}.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** What somebody took away is back within two seconds. */
  static final int LOOK_MILLIS = 1_000;

  private final ScheduledExecutorService timer;
  private final Quarrels quarrels;
  private final Supplier<List<String>> look;
  private final Repair repair;
  private boolean begun;

  /** Why a repair failed last, as was told; empty once all is there. */
  private String failure = "";

  /** Gives again. */
  interface Repair {
    void provide() throws ServiceException;
  }

  /**
   * @param nanos a clock that never jumps
   * @param look returns what is missing and can be given again, a line each
   */
  Watch(
      ScheduledExecutorService timer,
      LongSupplier nanos,
      Supplier<List<String>> look,
      Repair repair) {
    this.timer = timer;
    this.quarrels = new Quarrels(nanos);
    this.look = look;
    this.repair = repair;
  }

  /** Looks from now on. */
  void begin() {
    if (begun) {
      return;
    }
    begun = true;
    try {
      var unused =
          timer.scheduleWithFixedDelay(this::turn, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, nobody looks", e);
    }
  }

  private void turn() {
    try {
      quarrels.settle();
      List<String> wrong = look.get();
      if (quarrels.isDue(wrong)) {
        quarrels.putRight(wrong);
        repair.provide();
      }
      if (wrong.isEmpty()) {
        failure = "";
      }
    } catch (ServiceException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(failure)) {
        LOG.warn("The LANs lack something: {}", why);
      }
      failure = why;
    } catch (RuntimeException e) {
      // A repeated task that throws is never run again.
      LOG.error("The LANs cannot be looked after", e);
    }
  }
}
