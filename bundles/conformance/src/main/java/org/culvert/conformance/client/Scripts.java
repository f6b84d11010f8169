package org.culvert.conformance.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scripts for clients that the kit comes with. */
final class Scripts {
  private Scripts() {}

  /**
   * Reads them, in the order of {@code index.txt}.
   *
   * @throws ScriptFormatException if a file is not understood
   */
  static List<Script> all() throws IOException {
    ScriptReader reader = new ScriptReader();
    for (String name : lines("index.txt")) {
      if (!name.isBlank() && !name.startsWith("#")) {
        reader.read(name.strip(), lines(name.strip()));
      }
    }
    return reader.scripts();
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = Scripts.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the kit has no file " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    }
  }
}
