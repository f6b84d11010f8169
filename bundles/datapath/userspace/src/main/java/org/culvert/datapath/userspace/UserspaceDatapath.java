package org.culvert.datapath.userspace;

import java.io.IOException;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The datapath that works everywhere and carries every format: TUN devices and sockets, with the
 * packets in between here.
 */
@Component(configurationPid = UserspaceDatapath.PID)
@Designate(ocd = UserspaceDatapath.Config.class)
public final class UserspaceDatapath implements Datapath {
  static final String PID = "org.culvert.datapath.userspace";

  private static final int OWN_LINKS = 256;
  private static final int MOST_OWN_LINKS = 4_096;

  private final NetworkDevices devices;
  private final OuterSockets sockets;

  private final int ownLinks;

  /** Which bits of the traffic class outer headers get. */
  private final int copied;

  /** What the operator writes. */
  @ObjectClassDefinition(
      name = "Culvert datapath: userspace",
      description =
          "Tunnels whose packets go through this process. A change closes them and opens them"
              + " again.")
  public @interface Config {
    @AttributeDefinition(
        name = "Tunnels with a device of their own",
        description =
            "How many tunnels may have a network device of their own, as OSPF and RIPng need it, 0"
                + " to 4096. Each costs a thread and 60 KiB off the heap; all together get a quarter of"
                + " the heap's size.",
        min = "0",
        max = "4096")
    int ownLinks() default OWN_LINKS;

    @AttributeDefinition(
        name = "Copy code points",
        description =
            "Whether outer headers get the differentiated services code point of the packet inside"
                + " (RFC 2983). Without, they have none.")
    boolean copyCodePoint() default true;

    @AttributeDefinition(
        name = "Copy congestion notification",
        description =
            "Whether outer headers say that the packet inside understands marks of congestion (RFC"
                + " 6040). Without, the network drops instead; for other ends that do not bring"
                + " marks in.")
    boolean copyCongestion() default true;
  }

  /** Uses the operating system's devices and sockets, with the configuration's defaults. */
  public UserspaceDatapath(NetworkDevices devices, OuterSockets sockets) {
    this(OWN_LINKS, TrafficClass.ALL, devices, sockets);
  }

  /** Uses the operating system's devices and sockets. */
  @Activate
  public UserspaceDatapath(
      Config config, @Reference NetworkDevices devices, @Reference OuterSockets sockets) {
    this(
        ownLinks(config.ownLinks()),
        (config.copyCodePoint() ? TrafficClass.CODE_POINT : 0)
            | (config.copyCongestion() ? TrafficClass.CONGESTION : 0),
        devices,
        sockets);
  }

  UserspaceDatapath(int ownLinks, NetworkDevices devices, OuterSockets sockets) {
    this(ownLinks, TrafficClass.ALL, devices, sockets);
  }

  private UserspaceDatapath(
      int ownLinks, int copied, NetworkDevices devices, OuterSockets sockets) {
    this.ownLinks = ownLinks;
    this.copied = copied;
    this.devices = devices;
    this.sockets = sockets;
  }

  static int ownLinks(int number) {
    if (number < 0 || number > MOST_OWN_LINKS) {
      throw new InvalidConfigurationException(
          PID, "ownLinks", number, "write a number from 0 to " + MOST_OWN_LINKS);
    }
    return number;
  }

  @Override
  public String name() {
    return "userspace";
  }

  @Override
  public boolean carries(WireFormat wire) {
    return true;
  }

  @Override
  public Forwarding start(String device, int mtu) throws IOException {
    return new UserspaceForwarding(devices, device, mtu, sockets, ownLinks, copied);
  }
}
