package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.netdev.PacketFilters;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Hands a client's prefix on to LANs, where {@code etc/org.culvert.lan.radvd.cfg} exists. */
@Component(
    service = PrefixService.class,
    configurationPid = RadvdPrefixService.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RadvdPrefixService.Config.class)
public final class RadvdPrefixService implements PrefixService {
  static final String PID = "org.culvert.lan.radvd";

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert LAN",
      description =
          "Hands the prefix of the tunnel client on to the networks behind this machine. A change"
              + " takes the prefix back and hands it on again.")
  public @interface Config {
    @AttributeDefinition(
        name = "Interfaces",
        description =
            "Interfaces to the LANs, in order, separated by commas. Each gets a /64 of its own:"
                + " number 0, 1, 2 and so on of the prefix, or the number that is written, as in"
                + " eth2=5.")
    String[] interfaces() default {};

    @AttributeDefinition(
        name = "Address",
        description = "The last 64 bits of this machine's own address in each LAN.")
    String address() default "::1";

    @AttributeDefinition(
        name = "Announce",
        description = "Whether radvd announces the prefix, so that hosts get addresses by it.")
    boolean announce() default true;

    @AttributeDefinition(
        name = "Resolvers",
        description =
            "Addresses of up to three name servers for the hosts, separated by commas. Empty: those"
                + " that the broker offers, if it does.")
    String[] resolvers() default {};

    @AttributeDefinition(
        name = "Preferred lifetime",
        description = "Seconds for which hosts prefer the address that they made.",
        min = "30",
        max = "2592000")
    int preferredLifetime() default 2700;

    @AttributeDefinition(
        name = "Valid lifetime",
        description = "Seconds for which hosts keep the address that they made.",
        min = "60",
        max = "2592000")
    int validLifetime() default 5400;

    @AttributeDefinition(
        name = "Router lifetime",
        description = "Seconds for which hosts take this machine for a router.",
        min = "30",
        max = "65535")
    int routerLifetime() default 1800;

    @AttributeDefinition(
        name = "Farewell",
        description =
            "Seconds for which a prefix that is gone is still announced, as one not to be used any"
                + " more, and for which this machine keeps its address in it.",
        min = "0",
        max = "7200")
    int farewell() default 300;

    @AttributeDefinition(name = "radvd", description = "The program, by its name or full path.")
    String radvd() default "radvd";

    @AttributeDefinition(
        name = "Directory",
        description =
            "Where the files of radvd are written. Empty: culvert/lan-radvd in the container's data"
                + " directory.")
    String directory() default "";

    @AttributeDefinition(
        name = "Forwarding",
        description =
            "Switches the forwarding of IPv6 on, for all interfaces. Without it nobody in a LAN"
                + " reaches anything.")
    boolean forwarding() default true;

    @AttributeDefinition(
        name = "Firewall",
        description =
            "Lets in from the tunnel what somebody here asked for, pings and the messages that"
                + " networks need, and nothing else.")
    boolean firewall() default true;

    @AttributeDefinition(
        name = "Open",
        description =
            "Services that may be reached through the tunnel nevertheless, separated by commas, for"
                + " example udp/53, tcp/53.")
    String[] open() default {};
  }

  private final Lans lans;
  private final ScheduledExecutorService timer;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile @Nullable TunnelClient client;

  /** Touches nothing until there is a prefix. */
  @Activate
  public RadvdPrefixService(Config config, @Reference PacketFilters filters) {
    this(SettingsReader.from(config), new Programs(List.of()), filters);
  }

  RadvdPrefixService(LanSettings settings, Programs programs, PacketFilters filters) {
    timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "culvert-lan-radvd");
              thread.setDaemon(true);
              return thread;
            });
    lans = new Lans(settings, programs, filters, this::offeredResolvers, timer);
  }

  @Override
  public String name() {
    return "radvd";
  }

  @Override
  public void provide(ServedTunnel tunnel) throws ServiceException {
    lans.provide(tunnel);
  }

  @Override
  public void withdraw(ServedTunnel tunnel) throws ServiceException {
    lans.withdraw(tunnel);
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) throws ServiceException {
    return lans.verify(tunnel);
  }

  /** Takes everything back at once. */
  @Deactivate
  void stop() {
    timer.shutdownNow();
    lans.close();
  }

  private List<Inet6Address> offeredResolvers() {
    List<Inet6Address> offered = new ArrayList<>();
    Optional.ofNullable(client)
        .flatMap(present -> present.status().offer())
        .ifPresent(
            offer ->
                offer
                    .resolvers()
                    .forEach(
                        address -> {
                          if (address instanceof Inet6Address ipv6) {
                            offered.add(ipv6);
                          }
                        }));
    return offered.subList(0, Math.min(3, offered.size()));
  }
}
