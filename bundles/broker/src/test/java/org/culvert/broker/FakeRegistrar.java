package org.culvert.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Calls a tunnel by its user's name or by the wish, and delegates to any server but {@code
 * refused.example}; a wish with a space in it is not a name.
 */
class FakeRegistrar implements DnsRegistrar {
  final List<NameRequest> asked = new ArrayList<>();
  private final String zone;
  Optional<RuntimeException> failure = Optional.empty();

  /** What users are called if not by their own names. */
  Optional<String> everybody = Optional.empty();

  FakeRegistrar(String zone) {
    this.zone = zone;
  }

  @Override
  public NameGrant grant(NameRequest request) {
    asked.add(request);
    failure.ifPresent(
        e -> {
          throw e;
        });
    if (request.wish().filter(wish -> wish.contains(" ")).isPresent()) {
      // The code that a registrar of the RFC's mind would choose.
      throw new TspException(StatusCode.INVALID_IPV6_ADDRESS, "not a name");
    }
    if (request.dnsServers().contains(new DnsServer.Name("refused.example"))) {
      throw new TspException(StatusCode.DNS_DELEGATION_ERROR, "lame");
    }
    String label = request.wish().or(() -> everybody).orElse(request.owner());
    return new NameGrant(Optional.of(label + "." + zone), request.dnsServers());
  }

  @Override
  public String name() {
    return "fake@" + zone;
  }

  @Override
  public List<String> records(ServedTunnel tunnel) {
    return List.of();
  }

  @Override
  public void provide(ServedTunnel tunnel) {
    throw new UnsupportedOperationException("a broker asks nobody to do anything");
  }

  @Override
  public void withdraw(ServedTunnel tunnel) {
    throw new UnsupportedOperationException("a broker asks nobody to do anything");
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) {
    return List.of();
  }
}
