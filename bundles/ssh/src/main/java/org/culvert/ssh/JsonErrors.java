package org.culvert.ssh;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The output of one command that was asked for JSON. JSON passes unchanged. The shell's own words,
 * for an option that does not exist for example, become JSON as the commands write it, if the
 * command failed.
 */
final class JsonErrors extends FilterOutputStream {
  /** One command of ours: what a pipe or a second command prints is not JSON. */
  private static final Pattern ASKED =
      Pattern.compile("\\s*culvert:[^|;&>]*\\s--json(\\s[^|;&>]*)?");

  private static final String PREFIX = "Error executing command ";

  /**
   * What the shell prints where it stumbles over the line itself, before any command runs: over an
   * argument that is a variable without a value, or a quote without an end.
   */
  private static final Pattern UNREADABLE =
      Pattern.compile(
          "(?:Error executing command.*?: )?(Cannot invoke \".*|begin \\d+, end \\d+, .*)");

  /** More is no message. */
  private static final int LONGEST = 8192;

  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private boolean passes;

  JsonErrors(OutputStream out) {
    super(out);
  }

  /** Tells whether a line of the shell asks one command for JSON. */
  static boolean areWanted(String line) {
    return ASKED.matcher(line).matches();
  }

  @Override
  public synchronized void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] octets, int offset, int length) throws IOException {
    if (!passes) {
      held.write(octets, offset, length);
      String text = held.toString(StandardCharsets.UTF_8).stripLeading();
      if (text.startsWith("{") || text.startsWith("[") || held.size() > LONGEST) {
        pass();
      }
      return;
    }
    out.write(octets, offset, length);
  }

  /** Takes notice of the command's end, and writes what was held back. */
  synchronized void end(int status) throws IOException {
    String text = held.toString(StandardCharsets.UTF_8).strip();
    if (!passes && status != 0 && !text.isEmpty()) {
      held.reset();
      String[] lines = text.split("\\R", 2);
      String remedy = lines.length > 1 ? lines[1].strip() : "";
      if (UNREADABLE.matcher(lines[0]).matches()) {
        lines[0] = "the command line cannot be read";
        remedy = "close each quote, and give each variable a value";
      }
      String json =
          "{\n  \"error\": %s,\n  \"remedy\": %s\n}\n".formatted(quoted(lines[0]), quoted(remedy));
      held.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    }
    pass();
  }

  private void pass() throws IOException {
    passes = true;
    held.writeTo(out);
    held.reset();
  }

  private static String quoted(String text) {
    String words = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    StringBuilder json = new StringBuilder("\"");
    for (char c : words.toCharArray()) {
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
