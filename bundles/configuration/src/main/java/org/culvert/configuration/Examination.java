package org.culvert.configuration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.config.Spelling;
import org.culvert.api.file.SmallFile;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said of a configuration, and what is meant by it.
 *
 * @param values its values, by the right keys, and as the component reads them
 * @param remarks what is told, and does no harm
 * @param refusals why no component may be given it
 */
record Examination(Map<String, Object> values, List<String> remarks, List<String> refusals) {
  /** Stands for octets that are no character. */
  private static final String NO_UTF_8 = "\uFFFD";

  Examination {
    values = Map.copyOf(values);
    remarks = List.copyOf(remarks);
    refusals = List.copyOf(refusals);
  }

  /**
   * Looks at a configuration.
   *
   * @param all what else may be written, elsewhere
   */
  static Examination of(Written written, Definition definition, Collection<Definition> all) {
    Map<String, Object> values = new HashMap<>();
    List<String> remarks = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    if (written.one() && !definition.several()) {
      remarks.add(written.file() + ": there is only one, etc/" + definition.pid() + ".cfg");
    }
    if (definition.several() && !written.one()) {
      // Nobody could say which of several it is.
      refusals.add(
          "%s: there may be several; call it %s-NAME.cfg"
              .formatted(written.file(), definition.pid()));
    }
    if (written.isEmptied()) {
      remarks.add(
          ("%s is empty: what it configures has its defaults; put its lines back, or write a"
                  + " comment into it if that is meant")
              .formatted(written.file()));
    }
    for (Map.Entry<String, Object> entry : written.values().entrySet()) {
      String key = entry.getKey();
      Object value = entry.getValue();
      Optional<Setting> setting = setting(definition, key);
      if (setting.isEmpty()) {
        values.put(key, value);
        if (!Written.isOfFramework(key)) {
          remarks.add(unknown(written, key, definition, all));
        }
        continue;
      }
      if (Written.parts(value).stream().anyMatch(part -> part.contains(NO_UTF_8))) {
        remarks.add("%s: %s is not in UTF-8; write it so".formatted(written.file(), key));
      }
      String right = setting.get().key();
      if (!right.equals(key)) {
        remarks.add("%s: %s is taken for %s; write it so".formatted(written.file(), key, right));
      }
      if (setting.get().isSecret()
          && !String.join("", Written.parts(value)).isEmpty()
          && written.path().filter(SmallFile::isOpenToAll).isPresent()) {
        remarks.add(
            "%s: %s: everybody on this machine can read it; chmod 600 %s"
                .formatted(written.file(), right, written.path().get()));
      }
      Optional<Object> meant = meant(written, setting.get(), value);
      meant.ifPresentOrElse(
          one -> values.put(right, one),
          () -> refusals.add(refusal(written.file(), setting.get(), value)));
    }
    return new Examination(values, remarks, refusals);
  }

  private static Optional<Setting> setting(Definition definition, String key) {
    return Optional.ofNullable(definition.settings().get(key))
        .or(
            () ->
                definition.settings().values().stream()
                    .filter(one -> one.key().equalsIgnoreCase(key))
                    .findFirst());
  }

  /** The value may be a secret, so it is not told. */
  private static String unknown(
      Written written, String key, Definition definition, Collection<Definition> all) {
    String begin = "%s: there is no %s; ".formatted(written.file(), key);
    return elsewhere(key, definition, all)
        .or(
            () ->
                Spelling.nearest(key, definition.settings().keySet())
                    .map(near -> "is %s meant?".formatted(near)))
        .map(begin::concat)
        .orElse(begin + "it is not read");
  }

  /** What there may be several of has files of its own: no key {@code pool.home} is read. */
  private static Optional<String> elsewhere(
      String key, Definition definition, Collection<Definition> all) {
    String own = definition.pid() + ".";
    return all.stream()
        .filter(one -> one.several() && one.pid().startsWith(own))
        .flatMap(
            one -> {
              String what = one.pid().substring(own.length());
              Matcher named =
                  Pattern.compile(
                          Pattern.quote(what) + "s?(?:[-_.]([^.]*).*)?", Pattern.CASE_INSENSITIVE)
                      .matcher(key);
              return named.matches()
                  ? Stream.of(
                      "each %s has a file of its own, etc/%s-%s.cfg"
                          .formatted(what, one.pid(), name(named.group(1))))
                  : Stream.empty();
            })
        .findFirst();
  }

  private static String name(@Nullable String written) {
    return written == null || written.isEmpty() ? "NAME" : written;
  }

  private static Optional<Object> meant(Written written, Setting setting, Object value) {
    List<String> parts = Written.parts(value);
    if (value instanceof String text) {
      if (setting.isSecret()) {
        return written
            .path()
            .flatMap(file -> Secret.asWritten(file, setting.key(), text))
            .or(() -> setting.meant(text))
            .map(Object.class::cast);
      }
      return setting.meant(text).map(Object.class::cast);
    }
    // Other sources than files hand on values of the right type.
    return parts.stream().allMatch(part -> setting.meant(part).isPresent())
        ? Optional.of(value)
        : Optional.empty();
  }

  private static String refusal(String file, Setting setting, Object value) {
    String shown =
        setting.isSecret() ? "***" : Written.parts(value).stream().collect(Collectors.joining(","));
    return "%s: %s = \"%s\": %s".formatted(file, setting.key(), shown, setting.remedy());
  }
}
