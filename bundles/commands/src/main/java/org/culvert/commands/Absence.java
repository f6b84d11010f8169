package org.culvert.commands;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * Finds out why a service is not there although its bundle is: follows what its component waits
 * for, and what that waits for, to what the operator can do something about.
 */
final class Absence {
  /** What every component waits for; it is withheld where the configuration is refused. */
  private static final String CONDITION = "org.osgi.service.condition.Condition";

  /** Components that register a service themselves, once they have it, name it under this key. */
  private static final String OFFERS = "org.culvert.offers";

  private static final String CAUSE = "Caused by: ";
  private static final String LACKED = "Unable to get service for reference ";
  private static final String SENTENCE = IllegalStateException.class.getName() + ": ";
  private static final String REFUSAL = InvalidConfigurationException.class.getName() + ": ";

  private final List<Component> components;
  private final List<Mistake> mistakes;
  private final Set<String> causes = new LinkedHashSet<>();
  private final Set<String> seen = new HashSet<>();

  /** A component, and what became of it for each of its configurations. */
  record Component(
      ComponentDescriptionDTO description, Collection<ComponentConfigurationDTO> configurations) {
    private boolean provides(String service) {
      return Arrays.asList(description.serviceInterfaces).contains(service) || offers(service);
    }

    private boolean offers(String service) {
      return description.properties != null && service.equals(description.properties.get(OFFERS));
    }
  }

  Absence(List<Component> components, List<Mistake> mistakes) {
    this.components = components;
    this.mistakes = mistakes;
  }

  /**
   * Returns the causes, a line each; nothing if no component of the bundle has to do with it.
   *
   * @param service the interface
   * @param bundle the bundle that is to have it
   */
  List<String> of(String service, String bundle) {
    List<Component> providers = those(component -> component.provides(service));
    if (providers.isEmpty()) {
      // Some register it themselves once they have what they need.
      providers = those(one -> one.description().bundle.symbolicName.equals(bundle));
    }
    providers.forEach(this::follow);
    return List.copyOf(causes);
  }

  private List<Component> those(Predicate<Component> wanted) {
    return components.stream().filter(wanted).toList();
  }

  private void follow(Component component) {
    if (!seen.add(component.description().name)) {
      return;
    }
    // The runtime counts nothing at all, or one that is not satisfied.
    if (component.configurations().isEmpty()
        && "require".equals(component.description().configurationPolicy)) {
      causes.add(noFile(component));
    }
    for (ComponentConfigurationDTO one : component.configurations()) {
      if (one.failure != null) {
        failed(component, one.failure);
      } else if (one.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION) {
        causes.add(noFile(component));
      } else if (one.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
        for (UnsatisfiedReferenceDTO missing : one.unsatisfiedReferences) {
          missing(component, missing.name);
        }
      }
    }
  }

  private static String noFile(Component component) {
    return "etc/" + component.description().configurationPid[0] + ".cfg is not there";
  }

  private void missing(Component component, String reference) {
    String service = service(component.description(), reference);
    if (service.equals(CONDITION)) {
      refusals(component.description()).forEach(causes::add);
      return;
    }
    List<Component> providers = those(one -> one.provides(service));
    int before = causes.size();
    providers.forEach(this::follow);
    if (causes.size() == before) {
      // It runs, and what keeps its service back is in a file that it reads.
      those(one -> one.offers(service))
          .forEach(one -> refusals(one.description()).forEach(causes::add));
    }
    if (causes.size() == before) {
      causes.add(
          "%s waits for a service %s, which %s"
              .formatted(
                  component.description().bundle.symbolicName,
                  service.substring(service.lastIndexOf('.') + 1),
                  providers.isEmpty() ? "no component has that is installed" : "is not there yet"));
    }
  }

  private static String service(ComponentDescriptionDTO component, String reference) {
    return Arrays.stream(component.references)
        .filter((ReferenceDTO one) -> one.name.equals(reference))
        .map(one -> one.interfaceName)
        .findFirst()
        .orElse(CONDITION);
  }

  private Stream<String> refusals(ComponentDescriptionDTO component) {
    List<String> pids = List.of(component.configurationPid);
    return mistakes.stream()
        .filter(mistake -> mistake.refused() && pids.contains(mistake.pid()))
        .map(Mistake::text);
  }

  /** The runtime keeps a failure as the text of its stack trace. */
  private void failed(Component component, String trace) {
    Optional<String> refusal = trace.lines().filter(line -> line.contains(REFUSAL)).findFirst();
    if (refusal.isPresent()) {
      String line = refusal.get();
      causes.add(line.substring(line.indexOf(REFUSAL) + REFUSAL.length()));
      return;
    }
    String said = said(trace);
    int lacked = said.indexOf(LACKED);
    if (lacked >= 0) {
      missing(component, said.substring(lacked + LACKED.length()).trim());
    } else if (said.startsWith(SENTENCE)) {
      causes.add(said.substring(SENTENCE.length()));
    } else {
      causes.add(component.description().bundle.symbolicName + " did not start: " + said);
    }
  }

  /** Returns what the component said: the first that is not the runtime's wrapping. */
  private static String said(String trace) {
    return trace
        .lines()
        .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
        .map(line -> line.startsWith(CAUSE) ? line.substring(CAUSE.length()) : line)
        .filter(line -> !line.startsWith("java.lang.reflect.InvocationTargetException"))
        .filter(line -> !line.startsWith("org.osgi.service.component.ComponentException"))
        .findFirst()
        .orElse("it did not say why");
  }
}
