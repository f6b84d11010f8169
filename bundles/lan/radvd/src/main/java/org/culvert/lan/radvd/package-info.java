/** Hands a client's prefix on to a LAN, with router advertisements by radvd. */
@NullMarked
package org.culvert.lan.radvd;

import org.jspecify.annotations.NullMarked;
