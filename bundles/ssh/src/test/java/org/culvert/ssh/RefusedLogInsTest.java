package org.culvert.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.culvert.testkit.log.Said;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedLogInsTest {
  @TempDir Path etc;

  private final AtomicLong nanos = new AtomicLong();
  private PasswordAuthenticator passwords = (user, password, session) -> false;

  @BeforeEach
  void start() throws IOException {
    Path file = etc.resolve("users.properties");
    Files.writeString(file, "admin = secret,_g_:admingroup\n_g_\\:admingroup = group,admin\n");
    passwords =
        new RefusedLogIns(new ShellUsers(file), nanos::get)
            .around((user, password, session) -> password.equals("secret"));
  }

  @Test
  void tellsWhoWasRefusedAndFromWhere() {
    assertThat(said("admin", "guess", "192.0.2.7"))
        .singleElement()
        .asString()
        .contains("user admin, 192.0.2.7:4242 over SSH, password: wrong")
        .contains("users.properties");
    assertThat(said("admin", "secret", "192.0.2.8")).isEmpty();
  }

  @Test
  void tellsNoNameThatMayBeAPassword() {
    assertThat(said("secret", "guess", "192.0.2.7"))
        .singleElement()
        .asString()
        .contains("a name that no user has")
        .doesNotContain("secret")
        .doesNotContain("guess");
  }

  @Test
  void eachSourceHasOneLineAMinuteAndTheOthersAreCounted() {
    assertThat(said("admin", "a", "192.0.2.7")).hasSize(1);
    assertThat(said("admin", "b", "192.0.2.7")).isEmpty();
    assertThat(said("admin", "c", "192.0.2.8"))
        .singleElement()
        .asString()
        .contains("and 1 more since the last such line");
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
    assertThat(said("admin", "d", "192.0.2.7")).hasSize(1);
  }

  @Test
  void manySourcesShareSomeLines() {
    List<String> said =
        Said.during(
            () -> {
              for (int i = 0; i < 1000; i++) {
                ask("admin", "x", "198.51." + i / 256 + "." + i % 256);
              }
            });

    assertThat(said).hasSize(30);
  }

  private List<String> said(String user, String password, String from) {
    return Said.during(() -> ask(user, password, from));
  }

  private void ask(String user, String password, String from) {
    ServerSession session =
        (ServerSession)
            Proxy.newProxyInstance(
                ServerSession.class.getClassLoader(),
                new Class<?>[] {ServerSession.class},
                (proxy, method, arguments) ->
                    method.getName().equals("getClientAddress")
                        ? new InetSocketAddress(from, 4242)
                        : null);
    passwords.authenticate(user, password, session);
  }
}
