package org.culvert.api.netdev;

import org.culvert.api.net.IpPrefix;

/**
 * Says that packets from a prefix leave through a device, whatever the host's default route is. A
 * route to their destination that is no default route still goes before.
 *
 * @param source the prefix that they come from
 * @param device the device's name
 * @param table the number of the routing table that holds the way out
 * @param priority the priority of the rule that says so; the next number is used as well
 */
public record SourceRoute(IpPrefix source, String device, int table, int priority) {}
