package org.culvert.api.config;

/**
 * Refuses the activation of a component, saying which file, key and value are wrong and what to
 * write instead.
 *
 * <p>It carries no stack trace: its message is meant for the operator and is complete.
 */
public final class InvalidConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param pid the configuration's persistent identity; the file is {@code etc/<pid>.cfg}
   * @param key the key whose value is refused
   * @param value the value as it was written; never pass a secret
   * @param remedy what is wrong and what to write instead, as half a sentence
   */
  public InvalidConfigurationException(String pid, String key, Object value, String remedy) {
    super("etc/" + pid + ".cfg: " + key + " = \"" + value + "\": " + remedy, null, false, false);
  }
}
