package org.culvert.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The worked examples of the protocol's description: what each side says, octet for octet. */
final class WorkedExamples {
  private static final String ALL = load();

  private WorkedExamples() {}

  /** Returns the messages of one side, of which each begins with a Content-length or a status. */
  static List<String> said(String example, char side) {
    List<String> messages = new ArrayList<>();
    char last = 0;
    for (String line : ALL.split("--- " + example + "\n", -1)[1].split("---", -1)[0].split("\n")) {
      boolean opens = line.startsWith("Content-length", 3) || line.charAt(0) != last;
      last = line.charAt(0);
      if (last == side) {
        String text = line.substring(3) + "\r\n";
        if (opens) {
          messages.add(text);
        } else {
          messages.add(messages.remove(messages.size() - 1) + text);
        }
      }
    }
    return messages;
  }

  static byte[] body(String message) {
    return message.substring(message.indexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String load() {
    try (InputStream in = WorkedExamples.class.getResourceAsStream("worked-examples.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
