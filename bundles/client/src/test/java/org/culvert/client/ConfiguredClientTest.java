package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import org.culvert.testkit.client.RecordingEndpoint;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class ConfiguredClientTest {
  @TempDir Path directory;

  private final List<Dictionary<?, ?>> registered = new ArrayList<>();
  private int withdrawn;

  @Test
  void passwordIsNoServiceProperty() {
    ConfiguredClient client = start();

    assertThat(registered).singleElement().matches(Dictionary::isEmpty);
    client.stop();
  }

  @Test
  void stoppingWithdrawsTheServiceAndTakesTheTunnelDown() {
    ConfiguredClient client = start();

    client.stop();

    assertThat(withdrawn).isEqualTo(1);
    assertThat(endpoint.watches()).isZero();
    assertThat(endpoint.applied()).last().isEqualTo(List.of());
  }

  private final RecordingEndpoint endpoint = new RecordingEndpoint(new ArrayList<>());

  /** After a change that was kept back the runtime hands on what is in force already. */
  @Test
  void tunnelStaysWhereTheConfigurationSaysTheSame() {
    ConfiguredClient client = start();

    client.change(config().config());

    assertThat(registered).hasSize(1);
    assertThat(withdrawn).isZero();
    client.stop();
    assertThat(withdrawn).isEqualTo(1);
  }

  @Test
  void anotherConfigurationStartsTheClientAnew() {
    ConfiguredClient client = start();

    client.change(config().with("retryMax", 600).config());

    assertThat(registered).hasSize(2);
    assertThat(withdrawn).isEqualTo(1);
    client.change(config().with("retryMax", 600).config());
    assertThat(registered).hasSize(2);
    client.stop();
    assertThat(withdrawn).isEqualTo(2);
  }

  @Test
  void whatMeansNothingDoesNotEndTheClient() {
    ConfiguredClient client = start();

    client.change(config().with("retryMin", 600).config());

    assertThat(withdrawn).isZero();
    client.stop();
  }

  private Configs config() {
    return Configs.forServers("192.0.2.1")
        .in(directory)
        .with("user", "alice")
        .with("password", "canary");
  }

  private ConfiguredClient start() {
    return new ConfiguredClient(
        new ScriptedSignaling(),
        endpoint,
        new InMemoryNetwork().host("192.0.2.2"),
        config().config(),
        fake(
            BundleContext.class,
            (method, arguments) -> {
              registered.add((Dictionary<?, ?>) arguments[2]);
              return fake(ServiceRegistration.class, (m, a) -> withdrawn++);
            }));
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object value = answer.to(method.getName(), arguments);
              return method.getReturnType() == void.class ? null : value;
            }));
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }
}
