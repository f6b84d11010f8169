package org.culvert.configuration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.config.Spelling;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Looks whether the SASL mechanisms that a configuration names are there. */
final class Mechanisms {
  static final String FILTER = "(" + SaslProperties.MECHANISM + "=*)";

  private static final String KEY = "mechanisms";

  private Mechanisms() {}

  /** Returns the names of all mechanisms that are installed, at either end. */
  static Set<String> installed(BundleContext context) {
    Set<String> names = new TreeSet<>();
    for (Class<?> kind : List.of(SaslServerFactory.class, SaslClientFactory.class)) {
      try {
        ServiceReference<?>[] found = context.getAllServiceReferences(kind.getName(), FILTER);
        for (ServiceReference<?> one : found == null ? new ServiceReference<?>[0] : found) {
          names.addAll(Written.parts(one.getProperty(SaslProperties.MECHANISM)));
        }
      } catch (InvalidSyntaxException e) {
        throw new IllegalStateException(FILTER, e);
      }
    }
    return names;
  }

  /** Returns a line for each name that no installed mechanism has. */
  static List<String> unknown(Written written, Definition definition, Set<String> installed) {
    List<String> lines = new ArrayList<>();
    written
        .values()
        .forEach(
            (key, value) -> {
              if (namesMechanisms(key, definition)) {
                Written.parts(value).stream()
                    .flatMap(part -> Arrays.stream(part.split(",")))
                    .map(name -> name.trim().replaceFirst("^!", ""))
                    .filter(name -> !name.isEmpty() && !name.equals("*"))
                    .filter(name -> installed.stream().noneMatch(name::equalsIgnoreCase))
                    .forEach(name -> lines.add(line(written, key, name, installed)));
              }
            });
    return lines;
  }

  /** What stands under a key that nobody knows may be a secret. */
  private static boolean namesMechanisms(String key, Definition definition) {
    return ("." + key).toLowerCase(Locale.ROOT).endsWith("." + KEY)
        && definition.settings().keySet().stream().anyMatch(key::equalsIgnoreCase);
  }

  private static String line(Written written, String key, String name, Set<String> installed) {
    return Spelling.nearest(name, installed)
        .map(
            near ->
                "%s: %s: no mechanism %s is installed; is %s meant?"
                    .formatted(written.file(), key, name, near))
        .orElse(
            "%s: %s: no mechanism %s is installed, but %s"
                .formatted(written.file(), key, name, String.join(", ", new TreeSet<>(installed))));
  }
}
