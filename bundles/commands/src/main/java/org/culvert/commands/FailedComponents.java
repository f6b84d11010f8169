package org.culvert.commands;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.config.InvalidConfigurationException;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Finds out which of our components refused its configuration, so that a command can say so. */
final class FailedComponents {
  private static final String OURS = "org.culvert.";

  private FailedComponents() {}

  /**
   * Returns what each component that refused its configuration said: one that is missing may miss
   * another.
   */
  static List<String> refusals(Optional<ServiceComponentRuntime> runtime) {
    return runtime.stream()
        .flatMap(
            components ->
                components.getComponentDescriptionDTOs().stream()
                    .filter(component -> component.bundle.symbolicName.startsWith(OURS))
                    .flatMap(
                        component -> components.getComponentConfigurationDTOs(component).stream()))
        .flatMap(FailedComponents::refusal)
        .distinct()
        .toList();
  }

  /** The runtime keeps a failure as the text of its stack trace; one line of it is meant for us. */
  static Stream<String> refusal(ComponentConfigurationDTO component) {
    String prefix = InvalidConfigurationException.class.getName() + ": ";
    return component.failure == null
        ? Stream.empty()
        : component
            .failure
            .lines()
            .filter(line -> line.contains(prefix))
            .map(line -> line.substring(line.indexOf(prefix) + prefix.length()))
            .limit(1);
  }
}
