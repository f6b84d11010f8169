package org.culvert.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;
import org.culvert.registry.Settings.Show;
import org.culvert.testkit.lease.SampleLeases;

/** Settings and leases of the tests. */
final class Samples {
  static final IpPrefix NETWORK = IpPrefix.parse("2001:db8::/32");

  private Samples() {}

  static Settings settings(Show show) {
    return settings(show, Map.of());
  }

  static Settings settings(Show show, Map<String, String> handles) {
    return new Settings(
        List.of(),
        List.of(),
        Optional.of("https://rdap.example.net/"),
        List.of(NETWORK),
        "Example Network",
        "OPS1-EXAMPLE",
        Optional.of("abuse@example.net"),
        "DE",
        "EXAMPLE",
        show,
        handles,
        1000,
        4);
  }

  /** Returns an active lease of {@code 2001:db8:1:number::/64}. */
  static Lease lease(int number, String owner) {
    return SampleLeases.of(SampleLeases.active(number), owner, false);
  }

  static Assignments assignments(Settings settings, Lease... leases) {
    Assignments assignments =
        new Assignments(
            new NicHandles(settings.handles(), settings.source(), settings.contact()),
            settings.networks());
    assignments.replace(List.of(leases));
    return assignments;
  }

  static Directory directory(Show show, Lease... leases) {
    Settings settings = settings(show);
    return new Directory(settings, assignments(settings, leases));
  }
}
