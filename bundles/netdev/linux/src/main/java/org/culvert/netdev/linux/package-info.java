/** TUN devices, outer sockets, addresses and routes on 64-bit Linux, by system calls. */
@NullMarked
package org.culvert.netdev.linux;

import org.jspecify.annotations.NullMarked;
