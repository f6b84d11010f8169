/** Enters tunnels in the DNS by dynamic update (RFC 2136). */
@NullMarked
package org.culvert.dns.update;

import org.jspecify.annotations.NullMarked;
