package org.culvert.configuration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** What components said that did not start. */
final class Failures {
  private static final String CAUSE = "Caused by: ";
  private static final List<String> WRAPPINGS =
      List.of(
          "java.lang.reflect.InvocationTargetException",
          "org.osgi.service.component.ComponentException");

  /** What carries a sentence for the operator; of others the name tells more. */
  private static final String SENTENCE = IllegalStateException.class.getName() + ": ";

  private static final String REFUSAL = InvalidConfigurationException.class.getName() + ": ";

  private final ServiceComponentRuntime components;

  /**
   * One component that did not start.
   *
   * @param mistake what it said to the operator, if its configuration is to blame
   * @param pid the configuration that it was given; empty if it was given none
   * @param text the same with the stack trace, as the runtime keeps it
   */
  record Failure(
      String component, String bundle, String pid, Optional<Mistake> mistake, String text) {

    /** Returns what the component said: the first that is not the runtime's wrapping. */
    String cause() {
      List<String> chain =
          text.lines()
              .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
              .map(line -> line.startsWith(CAUSE) ? line.substring(CAUSE.length()) : line)
              .toList();
      String said =
          chain.stream()
              .filter(line -> WRAPPINGS.stream().noneMatch(line::startsWith))
              .findFirst()
              .orElse(chain.isEmpty() ? "" : chain.get(0));
      return said.startsWith(SENTENCE) ? said.substring(SENTENCE.length()) : said;
    }

    /** Tells whether it only lacked another that did not start. */
    boolean isConsequence() {
      return cause().contains("Unable to get service for reference ");
    }
  }

  Failures(ServiceComponentRuntime components) {
    this.components = components;
  }

  List<Failure> now() {
    List<Failure> failures = new ArrayList<>();
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      for (ComponentConfigurationDTO one : components.getComponentConfigurationDTOs(component)) {
        if (one.failure != null) {
          failures.add(failure(component, one));
        }
      }
    }
    return failures;
  }

  /** Returns the configurations that components run with. */
  Set<String> running() {
    Set<String> pids = new TreeSet<>();
    eachActive((component, one) -> pids.add(pid(one)));
    return pids;
  }

  /** Returns the configurations that there are none of, and that components run without. */
  Set<String> unconfigured() {
    Set<String> pids = new TreeSet<>();
    eachActive(
        (component, one) -> {
          if (pid(one).isEmpty()) {
            pids.addAll(Arrays.asList(component.configurationPid));
          }
        });
    return pids;
  }

  private void eachActive(BiConsumer<ComponentDescriptionDTO, ComponentConfigurationDTO> reader) {
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      for (ComponentConfigurationDTO one : components.getComponentConfigurationDTOs(component)) {
        if (one.state == ComponentConfigurationDTO.ACTIVE) {
          reader.accept(component, one);
        }
      }
    }
  }

  /** Returns the configurations that components ask for, whether or not they are described. */
  Set<String> pids() {
    Set<String> pids = new TreeSet<>();
    for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
      pids.addAll(Arrays.asList(component.configurationPid));
    }
    return pids;
  }

  static Failure failure(ComponentDescriptionDTO component, ComponentConfigurationDTO one) {
    Optional<Mistake> mistake =
        one.failure
            .lines()
            .filter(line -> line.contains(REFUSAL))
            .findFirst()
            .map(line -> line.substring(line.indexOf(REFUSAL) + REFUSAL.length()))
            .map(text -> named(text, component.configurationPid[0], one))
            .map(text -> new Mistake(component.configurationPid[0], true, text));
    return new Failure(
        component.name, component.bundle.symbolicName, pid(one), mistake, one.failure);
  }

  /** A component that there are several of may not know which file is its own. */
  private static String named(String text, String kind, ComponentConfigurationDTO one) {
    Object file = one.properties == null ? null : one.properties.get(Written.FILE);
    if (file == null) {
      return text;
    }
    String path = Written.parts(file).get(0);
    return text.replace(
        "etc/" + kind + "-*.cfg", "etc/" + path.substring(path.lastIndexOf('/') + 1));
  }

  private static String pid(ComponentConfigurationDTO one) {
    Object pid = one.properties == null ? null : one.properties.get(Constants.SERVICE_PID);
    return pid == null ? "" : Written.parts(pid).get(0);
  }
}
