package org.culvert.netdev.linux;

import org.culvert.api.net.IpPrefix;

/**
 * A route of any table.
 *
 * @param device the index of the device that it leads into; 0 if packets end there and their
 *     senders are told
 */
record HostRoute(IpPrefix destination, int table, int metric, int device) {}
