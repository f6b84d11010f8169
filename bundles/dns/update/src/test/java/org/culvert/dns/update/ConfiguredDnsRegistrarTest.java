package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.service.DnsRegistrar;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class ConfiguredDnsRegistrarTest {
  private final List<Object> registered = new ArrayList<>();
  private boolean withdrawn;

  private BundleContext context() {
    ServiceRegistration<?> registration =
        (ServiceRegistration<?>)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceRegistration.class},
                (proxy, method, arguments) -> {
                  withdrawn |= method.getName().equals("unregister");
                  return null;
                });
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, arguments) -> {
              registered.addAll(List.of(arguments));
              return registration;
            });
  }

  @Test
  void registersServiceWithoutItsKeyAndWithdrawsIt() {
    ConfiguredDnsRegistrar component =
        new ConfiguredDnsRegistrar(Configurations.of("service_ranking", 7), context());

    assertThat(registered.get(0)).isEqualTo(DnsRegistrar.class);
    Dictionary<?, ?> properties = (Dictionary<?, ?>) registered.get(2);
    assertThat(properties.size()).isEqualTo(1);
    assertThat(properties.get("service.ranking")).isEqualTo(7);
    DnsRegistrar registrar = (DnsRegistrar) registered.get(1);
    assertThat(registrar.name())
        .isEqualTo("dns-update@127.0.0.1:53/tb.example+8.b.d.0.1.0.0.2.ip6.arpa+127.in-addr.arpa");
    assertThat(registrar.toString()).doesNotContain(Configurations.SECRET);
    assertThat(
            registrar
                .grant(Tunnels.request("alice", "2001:db8:100::2", "2001:db8:1234::/48"))
                .name())
        .isEqualTo(Optional.of("alice.tb.example"));
    assertThat(withdrawn).isFalse();

    component.stop();
    assertThat(withdrawn).isTrue();
  }

  @Test
  void anotherPlaceHasAnotherName() {
    new ConfiguredDnsRegistrar(Configurations.of(), context()).stop();
    new ConfiguredDnsRegistrar(Configurations.of("port", 5353), context()).stop();
    new ConfiguredDnsRegistrar(Configurations.of("zones", new String[] {"b.example"}), context())
        .stop();

    assertThat(registered)
        .filteredOn(DnsRegistrar.class::isInstance)
        .extracting(service -> ((DnsRegistrar) service).name())
        .doesNotHaveDuplicates()
        .allMatch(name -> !name.contains(" "));
  }

  @Test
  void registersNothingForConfigurationThatCannotWork() {
    assertThatThrownBy(
            () ->
                new ConfiguredDnsRegistrar(
                    Configurations.of("key_algorithm", "hmac-md5"), context()))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThat(registered).isEmpty();
  }

  @Test
  void refusesAtOnceWhatIsWrongBesideAKeyThatIsNotThereYet() {
    assertThatThrownBy(
            () ->
                new ConfiguredDnsRegistrar(
                    Configurations.of("key_secret", "", "key_file", "/none", "port", 0), context()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("port");
    assertThat(registered).isEmpty();
  }

  @Test
  void waitsForAKeyThatIsNotThereYet() {
    ConfiguredDnsRegistrar component =
        new ConfiguredDnsRegistrar(
            Configurations.of("key_secret", "", "key_file", "/none"), context());

    assertThat(registered.get(0)).isEqualTo(MistakeSource.class);
    component.stop();
    assertThat(withdrawn).isTrue();
  }
}
