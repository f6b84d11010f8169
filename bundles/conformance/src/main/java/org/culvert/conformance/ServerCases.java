package org.culvert.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The cases for servers that the kit comes with. */
final class ServerCases {
  private static final String DIRECTORY = "server/";

  private ServerCases() {}

  /**
   * Reads them, in the order of {@code server/index.txt}.
   *
   * @throws CaseFormatException if a file is not understood
   */
  static List<Case> all() throws IOException {
    CaseReader reader = new CaseReader();
    for (String name : lines(DIRECTORY + "index.txt")) {
      if (!name.isBlank() && !name.startsWith("#")) {
        reader.read(name.strip(), lines(DIRECTORY + name.strip()));
      }
    }
    return reader.cases();
  }

  static List<String> lines(String resource) throws IOException {
    try (InputStream in = ServerCases.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the kit has no file " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    }
  }
}
