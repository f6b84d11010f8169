package org.culvert.commands;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.Terminal;

/** A session whose user types what the test says, or that is fed by a pipe. */
final class FakeSession {
  static final String CTRL_C = "\u0003";

  private final Deque<String> typed = new ArrayDeque<>();
  private final List<String> prompts = new ArrayList<>();
  private final Optional<byte[]> piped;

  private FakeSession(Optional<byte[]> piped, String... typed) {
    this.piped = piped;
    this.typed.addAll(List.of(typed));
  }

  static FakeSession typing(String... lines) {
    return new FakeSession(Optional.empty(), lines);
  }

  static FakeSession piping(String text) {
    return piping(text.getBytes(StandardCharsets.UTF_8));
  }

  static FakeSession piping(byte[] octets) {
    return new FakeSession(Optional.of(octets));
  }

  /** Returns what the user was asked, with the mask in front. */
  List<String> prompts() {
    return prompts;
  }

  Session session() {
    return (Session)
        Proxy.newProxyInstance(
            FakeSession.class.getClassLoader(),
            new Class<?>[] {Session.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getTerminal" -> piped.isPresent() ? null : terminal();
                  case "get" -> null;
                  case "getKeyboard" -> new ByteArrayInputStream(piped.orElseThrow());
                  case "readLine" -> {
                    if (piped.isPresent()) {
                      throw new UnsupportedOperationException();
                    }
                    prompts.add((int) (char) arguments[1] + " " + arguments[0]);
                    if (CTRL_C.equals(typed.peek())) {
                      throw new IllegalStateException("interrupted");
                    }
                    yield typed.poll();
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static Terminal terminal() {
    return (Terminal)
        Proxy.newProxyInstance(
            FakeSession.class.getClassLoader(),
            new Class<?>[] {Terminal.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
