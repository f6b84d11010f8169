/** Outer networks, NATs, TUN devices and packets in memory. */
@NullMarked
package org.culvert.testkit.net;

import org.jspecify.annotations.NullMarked;
