/** Lets FRR speak routing protocols through tunnels. */
@NullMarked
package org.culvert.routing.frr;

import org.jspecify.annotations.NullMarked;
