package org.culvert.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;

/** Gets passwords without showing them. */
final class Passwords {
  /** No letter or digit that is mistaken for another; 32, so that each brings five bits. */
  static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

  /** Characters of a password that is made up: 120 bits. */
  static final int LENGTH = 24;

  /** The most octets that are read from a pipe. */
  static final int MAX_OCTETS = 1024;

  private static final char NO_ECHO = '\0';
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Session session;

  Passwords(Session session) {
    this.session = session;
  }

  /** Makes a password up. */
  static char[] generate() {
    char[] password = new char[LENGTH];
    for (int i = 0; i < password.length; i++) {
      password[i] = ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length()));
    }
    return password;
  }

  /** Asks twice, without showing what is typed. */
  char[] ask(String user) throws CommandException {
    String first = line("Password of " + Text.safe(user) + ": ");
    String second = line("Again: ");
    if (!first.equals(second)) {
      throw ShellCommand.refusal("The two are not alike; nothing was changed.", "Try again.");
    }
    return first.toCharArray();
  }

  /**
   * Reads one line of what is piped in. A terminal would show it, and keep it in its history if it
   * was piped in there.
   */
  char[] fromPipe() throws CommandException {
    if (session.getTerminal() != null) {
      throw ShellCommand.refusal(
          "--password-stdin is for scripts; a terminal would show the password.",
          "Leave it out, and you are asked.");
    }
    byte[] octets = new byte[MAX_OCTETS];
    try {
      int length = read(session.getKeyboard(), octets);
      CharBuffer text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 0, length));
      char[] password = new char[text.remaining()];
      text.get(password);
      Arrays.fill(text.array(), '\0');
      return password;
    } catch (CharacterCodingException e) {
      throw ShellCommand.refusal("The password is not UTF-8.", "Pipe it in as UTF-8.");
    } catch (IOException e) {
      throw ShellCommand.refusal("The password could not be read: " + e, "Try again.");
    } finally {
      Arrays.fill(octets, (byte) 0);
    }
  }

  private static int read(InputStream in, byte[] octets) throws IOException, CommandException {
    int length = 0;
    for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
      if (length == octets.length) {
        throw ShellCommand.refusal(
            "The password is longer than " + MAX_OCTETS + " octets.", "Choose a shorter one.");
      }
      octets[length++] = (byte) octet;
    }
    return length > 0 && octets[length - 1] == '\r' ? length - 1 : length;
  }

  private String line(String prompt) throws CommandException {
    String line;
    try {
      line = session.readLine(prompt, NO_ECHO);
    } catch (UnsupportedOperationException e) {
      throw ShellCommand.refusal(
          "There is no terminal to ask for a password at.",
          "Write --generate, or --password-stdin and pipe it in.");
    } catch (IOException e) {
      throw ShellCommand.refusal("The password could not be read: " + e, "Try again.");
    } catch (RuntimeException e) {
      // Ctrl-C and Ctrl-D: exceptions of the terminal's library, which is not ours to import.
      line = "";
    }
    if (line == null || line.isEmpty()) {
      throw ShellCommand.refusal("No password was given; nothing was changed.", "Try again.");
    }
    return line;
  }
}
