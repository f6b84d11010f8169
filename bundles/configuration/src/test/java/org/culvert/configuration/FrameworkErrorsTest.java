package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceException;

class FrameworkErrorsTest {
  @Test
  void aComponentThatDidNotStartIsTheRuntimesToTell() {
    assertThat(
            FrameworkErrors.isOfAComponent(
                new ServiceException(
                    "Service factory returned null. (Component: org.example.Gre (7))",
                    ServiceException.FACTORY_ERROR)))
        .isTrue();
  }

  @Test
  void whatTheRuntimeItselfTripsOverIsNotTold() {
    RuntimeException cause = new NullPointerException("o is null");
    cause.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("java.util.Objects", "hash", null, 1),
          new StackTraceElement("org.apache.felix.scr.impl.Manager", "getService", null, 2)
        });

    assertThat(FrameworkErrors.isOfAComponent(thrown(cause))).isTrue();
  }

  @Test
  void errorsOfOthersAreTold() {
    assertThat(FrameworkErrors.isOfAComponent(null)).isFalse();
    assertThat(FrameworkErrors.isOfAComponent(new BundleException("no start"))).isFalse();
    assertThat(FrameworkErrors.isOfAComponent(thrown(new IllegalStateException("mine")))).isFalse();
    assertThat(
            FrameworkErrors.isOfAComponent(
                new ServiceException("returned null", ServiceException.FACTORY_ERROR)))
        .isFalse();
  }

  private static ServiceException thrown(Throwable cause) {
    return new ServiceException("exception", ServiceException.FACTORY_EXCEPTION, cause);
  }
}
