package org.culvert.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Promises that a freshly unpacked archive starts whole. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AssemblyIT {

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  @Inject private BundleContext context;
  @Inject private ServiceComponentRuntime components;

  /** The archive as it is. */
  @Configuration
  public Option[] assembly() {
    return new Option[] {Assembly.booted()};
  }

  @Test
  public void everyBundleIsActive() throws InterruptedException {
    assertEquals(List.of(), eventuallyEmpty(this::inactiveBundles));
  }

  @Test
  public void ourBundlesAreThere() {
    for (String name : List.of("api", "protocol", "transport", "broker", "endpoint", "commands")) {
      assertTrue(name, symbolicNames().contains("org.culvert." + name));
    }
  }

  @Test
  public void everyComponentIsSatisfied() throws InterruptedException {
    assertEquals(List.of(), eventuallyEmpty(this::unsatisfiedComponents));
  }

  private List<String> symbolicNames() {
    List<String> names = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      names.add(bundle.getSymbolicName());
    }
    return names;
  }

  private List<String> inactiveBundles() {
    List<String> inactive = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      boolean fragment =
          (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
      if (bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE)) {
        inactive.add(bundle + " is in state " + bundle.getState());
      }
    }
    return inactive;
  }

  private List<String> unsatisfiedComponents() {
    List<String> unsatisfied = new ArrayList<>();
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      if (!component.bundle.symbolicName.startsWith("org.culvert.")) {
        continue;
      }
      for (ComponentConfigurationDTO made : components.getComponentConfigurationDTOs(component)) {
        if (made.state != ComponentConfigurationDTO.ACTIVE
            && made.state != ComponentConfigurationDTO.SATISFIED) {
          unsatisfied.add(component.name + " is in state " + made.state + " " + made.failure);
        }
      }
    }
    return unsatisfied;
  }

  /** Bundles and components start in threads of their own, so the first look may come too early. */
  private static List<String> eventuallyEmpty(Supplier<List<String>> look)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    List<String> seen = look.get();
    while (!seen.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(50);
      seen = look.get();
    }
    return seen;
  }
}
