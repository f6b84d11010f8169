package org.culvert.configuration;

import java.util.List;
import java.util.Optional;

/**
 * One key that a component has, as its metatype tells.
 *
 * @param key the key, as it is written
 * @param type the metatype's name of its type
 * @param options the only values that it may have; empty: any of the type
 * @param preset the value that it has where it is not written
 * @param least the smallest whole number that it may be
 * @param most the largest
 */
record Setting(
    String key,
    String type,
    List<String> options,
    Optional<String> preset,
    Optional<Long> least,
    Optional<Long> most) {
  private static final String PASSWORD = "Password";

  Setting {
    options = List.copyOf(options);
  }

  boolean isSecret() {
    return type.equals(PASSWORD);
  }

  /** Returns the value that is meant by what is written; empty if none is. */
  Optional<String> meant(String written) {
    String trimmed = written.trim();
    if (isNumber() && !options.isEmpty()) {
      return whole(trimmed, Long.MIN_VALUE, Long.MAX_VALUE).filter(options::contains);
    }
    return switch (type) {
      case "Boolean" -> oneOf(List.of("true", "false"), trimmed);
      case "Byte" -> whole(trimmed, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "Short" -> whole(trimmed, Short.MIN_VALUE, Short.MAX_VALUE);
      case "Integer" -> whole(trimmed, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "Long" -> whole(trimmed, Long.MIN_VALUE, Long.MAX_VALUE);
      case "Float", "Double" -> number(trimmed);
      default -> options.isEmpty() ? Optional.of(written) : oneOf(options, trimmed);
    };
  }

  /** Says what to write instead of what means nothing. */
  String remedy() {
    String otherwise =
        preset.map(value -> ", or leave it out for " + value).orElse(", or leave it out");
    if (isNumber() && !options.isEmpty()) {
      return oneOf() + otherwise;
    }
    return switch (type) {
      case "Boolean" -> "write true or false" + otherwise;
      case "Byte", "Short" -> range("write a small whole number") + otherwise;
      case "Integer", "Long" -> range("write a whole number") + otherwise;
      case "Float", "Double" -> "write a number" + otherwise;
      default -> oneOf() + otherwise;
    };
  }

  private boolean isNumber() {
    return List.of("Byte", "Short", "Integer", "Long").contains(type);
  }

  private String oneOf() {
    return "write one of " + String.join(", ", options);
  }

  private static Optional<String> oneOf(List<String> values, String trimmed) {
    return values.stream().filter(trimmed::equalsIgnoreCase).findFirst();
  }

  private String range(String unlimited) {
    if (least.isPresent() && most.isPresent()) {
      return "write a number from " + least.get() + " to " + most.get();
    }
    return least
        .map(limit -> "write a number of at least " + limit)
        .or(() -> most.map(limit -> "write a number of at most " + limit))
        .orElse(unlimited);
  }

  /** Digits of other scripts are taken, and handed on as those from 0 to 9. */
  private Optional<String> whole(String trimmed, long smallest, long largest) {
    try {
      long value = Long.parseLong(trimmed);
      boolean outside =
          value < Math.max(smallest, least.orElse(smallest))
              || value > Math.min(largest, most.orElse(largest));
      return outside ? Optional.empty() : Optional.of(Long.toString(value));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> number(String trimmed) {
    try {
      return Double.isNaN(Double.parseDouble(trimmed)) ? Optional.empty() : Optional.of(trimmed);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
