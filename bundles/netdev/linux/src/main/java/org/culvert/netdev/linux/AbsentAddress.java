package org.culvert.netdev.linux;

import java.net.InetAddress;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;

/** Says that this host lacks an address, in the same words wherever that shows. */
final class AbsentAddress {
  private AbsentAddress() {}

  static String words(InetAddress address) {
    return "no interface of this host has the address "
        + IpAddresses.text(address)
        + "; type: ip address add "
        + InterfaceAddress.host(address)
        + " dev INTERFACE";
  }
}
