package org.culvert.datapath.userspace;

import java.io.IOException;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The datapath that works everywhere and carries every format: a TUN device and sockets, with the
 * packets in between here.
 */
@Component
public final class UserspaceDatapath implements Datapath {
  private final NetworkDevices devices;
  private final OuterSockets sockets;

  /** Uses the operating system's devices and sockets. */
  @Activate
  public UserspaceDatapath(@Reference NetworkDevices devices, @Reference OuterSockets sockets) {
    this.devices = devices;
    this.sockets = sockets;
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
    UserspaceForwarding forwarding =
        new UserspaceForwarding(new Device(devices, device, mtu), mtu, sockets);
    forwarding.start();
    return forwarding;
  }
}
