/** The encapsulation {@code v6udpv4}: IPv6 in UDP in IPv4, for clients behind a NAT. */
@NullMarked
package org.culvert.encapsulation.v6udpv4;

import org.jspecify.annotations.NullMarked;
