package org.culvert.api.config;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration by the annotation that describes it, as the runtime of the components does:
 * a method {@code key_file} stands for the key {@code key.file}, and has its default where that is
 * not written.
 */
public final class ConfigurationValues {
  private ConfigurationValues() {}

  /**
   * Returns a configuration.
   *
   * @param type the annotation; its methods return text, lists of text, truth values and numbers
   * @param values the keys and values as the framework hands them on
   * @throws IllegalArgumentException from one of its methods, if the value is not of its type
   */
  public static <T> T as(Class<T> type, Map<String, Object> values) {
    Object made =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> value(method, values));
    return type.cast(made);
  }

  /**
   * Returns the values of all keys, such that two are equal if the same is configured.
   *
   * @param type the annotation
   * @param config what it says at this moment
   */
  public static <T> Map<String, Object> of(Class<T> type, T config) {
    Map<String, Object> values = new HashMap<>();
    for (Method key : type.getDeclaredMethods()) {
      if (Modifier.isAbstract(key.getModifiers())) {
        values.put(key.getName().replace('_', '.'), written(key, config));
      }
    }
    return values;
  }

  private static Object written(Method key, Object config) {
    try {
      Object value = key.invoke(config);
      return value instanceof Object[] several ? List.of(several) : value;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(key.getName() + " cannot be read", e);
    }
  }

  private static @Nullable Object value(Method method, Map<String, Object> values) {
    Object value = values.get(method.getName().replace('_', '.'));
    return value == null ? method.getDefaultValue() : converted(method.getReturnType(), value);
  }

  private static Object converted(Class<?> type, Object value) {
    if (type == String[].class) {
      return several(value);
    }
    String text = String.join(",", several(value)).trim();
    if (type == boolean.class) {
      return Boolean.valueOf(text);
    } else if (type == int.class) {
      return Integer.valueOf(text);
    } else if (type == long.class) {
      return Long.valueOf(text);
    } else if (type == double.class) {
      return Double.valueOf(text);
    } else if (type == String.class) {
      return value instanceof String written ? written : text;
    }
    throw new IllegalArgumentException("no value can be a " + type);
  }

  private static String[] several(Object value) {
    if (value instanceof Collection<?> list) {
      return list.stream().map(String::valueOf).toArray(String[]::new);
    }
    if (value.getClass().isArray()) {
      return IntStream.range(0, Array.getLength(value))
          .mapToObj(i -> String.valueOf(Array.get(value, i)))
          .toArray(String[]::new);
    }
    return new String[] {value.toString()};
  }
}
