/** Moves packets between a TUN device and the outer network's sockets, in plain Java. */
@NullMarked
package org.culvert.datapath.userspace;

import org.jspecify.annotations.NullMarked;
