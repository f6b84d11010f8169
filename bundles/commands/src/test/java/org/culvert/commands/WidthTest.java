package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.Terminal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WidthTest {
  @Test
  void terminalHasAWidth() {
    assertThat(Width.of(session(terminal(130), null), process(true))).isEqualTo(130);
    assertThat(Width.of(session(null, "97"), process(true))).isEqualTo(97);
    assertThat(Width.of(session(terminal(3), null), null)).isEqualTo(Width.LEAST);
  }

  @Test
  void pipeScriptAndUnknownTerminalHaveNone() {
    assertThat(Width.of(session(terminal(130), null), process(false))).isEqualTo(Width.NONE);
    assertThat(Width.of(session(null, null), process(true))).isEqualTo(Width.NONE);
    assertThat(Width.of(session(null, "wide"), null)).isEqualTo(Width.NONE);
    assertThat(Width.of(session(terminal(0), "80"), null)).isEqualTo(Width.NONE);
  }

  private static Session session(@Nullable Terminal terminal, @Nullable String columns) {
    return fake(Session.class, method -> method.equals("getTerminal") ? terminal : columns);
  }

  private static Terminal terminal(int width) {
    return fake(Terminal.class, method -> width);
  }

  private static Process process(boolean tty) {
    return fake(Process.class, method -> tty);
  }

  private interface Answer {
    @Nullable Object to(String method);
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer.to(method.getName())));
  }
}
