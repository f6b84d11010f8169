package org.culvert.start;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.apache.karaf.main.Main;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Karaf in this process, from its start to its end. As Karaf's own {@code main}, but that it can be
 * ended to be started with a cache made anew, and that a failed start is one line.
 */
final class Karaf {
  private static final String RESTART = "karaf.restart";
  private static final String RESTART_JVM = "karaf.restart.jvm";
  private static final String BOOTED = "org.apache.karaf.features.BootFinished";
  private static final int RESTART_JVM_CODE = 10;
  private static final int NOT_LAUNCHED = -1;
  private static final int FAILED = -2;
  private static final int NOT_STOPPED = -3;

  private final Main main = new Main(new String[0]);
  private volatile boolean launchFailed;
  private final CountDownLatch toBeginAnew = new CountDownLatch(1);

  /** What comes after its end. */
  enum Next {
    /** The process ends, with the exit code. */
    END,
    /** As {@code shutdown -r} asks for. */
    RESTART,
    /** As {@link #endToBeginAnew} asks for. */
    BEGIN_ANEW
  }

  /**
   * Starts Karaf and waits for its end.
   *
   * @param heals asked where the start failed: whether {@link #endToBeginAnew} is called later
   */
  Next run(BooleanSupplier heals) throws InterruptedException {
    System.setProperty(RESTART_JVM, "false");
    System.setProperty(RESTART, "false");
    try {
      main.launch();
    } catch (Exception e) {
      launchFailed = true;
      main.setExitCode(NOT_LAUNCHED);
      if (heals.getAsBoolean()) {
        toBeginAnew.await();
      } else {
        System.err.println("culvert: Karaf could not be started: " + e);
      }
    }
    end();
    if (toBeginAnew.getCount() > 0 && !Boolean.getBoolean(RESTART)) {
      return Next.END;
    }
    if (Boolean.getBoolean(RESTART_JVM)) {
      main.setExitCode(RESTART_JVM_CODE);
      return Next.END;
    }
    // Karaf's own handler is still there, and would stop what has stopped already.
    Signal.handle(new Signal("TERM"), SignalHandler.SIG_DFL);
    return toBeginAnew.getCount() > 0 ? Next.RESTART : Next.BEGIN_ANEW;
  }

  private void end() {
    try {
      if (!launchFailed) {
        main.awaitShutdown();
      }
      if (!main.destroy()) {
        System.err.println("culvert: Karaf has not stopped in time");
        main.setExitCode(NOT_STOPPED);
      }
      main.updateInstancePidAfterShutdown();
    } catch (Exception e) {
      main.setExitCode(FAILED);
      System.err.println("culvert: Karaf has not stopped in order: " + e);
    }
  }

  int exitCode() {
    return main.getExitCode();
  }

  boolean launchFailed() {
    return launchFailed;
  }

  /** Returns a number that changes while bundles are installed and started. Any thread. */
  long progress() {
    Framework framework = main.getFramework();
    BundleContext context = framework == null ? null : framework.getBundleContext();
    if (context == null) {
      return 0;
    }
    try {
      Bundle[] bundles = context.getBundles();
      long states = Arrays.stream(bundles).mapToLong(Bundle::getState).sum();
      return (long) bundles.length << 32 | states << 1 | (isBooted(context) ? 1 : 0);
    } catch (IllegalStateException e) {
      return 0;
    }
  }

  private static boolean isBooted(BundleContext context) {
    return context.getServiceReference(BOOTED) != null;
  }

  /** Ends it; the one that is started next has a cache made anew. Any thread; does not wait. */
  void endToBeginAnew() {
    toBeginAnew.countDown();
    try {
      if (!launchFailed) {
        main.getFramework().stop();
      }
    } catch (BundleException e) {
      System.err.println("culvert: Karaf cannot be stopped: " + e);
    }
  }
}
