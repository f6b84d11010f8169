package org.culvert.configuration;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the framework says of errors into the log, but for components that did not start:
 * {@link Telling} tells their cause, once. The framework would tell it for each who asks for what
 * they offer, before anybody knows the cause.
 */
final class FrameworkErrors implements FrameworkListener {
  private static final Logger LOG = LoggerFactory.getLogger(FrameworkErrors.class);
  private static final String RUNTIME = "org.apache.felix.scr.";

  @Override
  public void frameworkEvent(FrameworkEvent event) {
    Throwable thrown = event.getThrowable();
    if (event.getType() == FrameworkEvent.ERROR && !isOfAComponent(thrown)) {
      LOG.error(
          "Bundle {}: {}",
          event.getBundle().getSymbolicName(),
          thrown == null ? "an error that the framework does not name" : thrown.getMessage(),
          thrown);
    }
  }

  /** Tells whether a component was asked for, and could not be had. */
  static boolean isOfAComponent(@Nullable Throwable thrown) {
    if (!(thrown instanceof ServiceException failure)) {
      return false;
    }
    boolean none =
        failure.getType() == ServiceException.FACTORY_ERROR
            && String.valueOf(failure.getMessage()).contains("(Component: ");
    // The runtime trips where what it has asked for is just leaving, and asks again.
    return none
        || (failure.getCause() instanceof RuntimeException cause
            && Arrays.stream(cause.getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith(RUNTIME)));
  }
}
