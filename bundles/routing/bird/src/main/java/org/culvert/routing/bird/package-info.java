/** Lets BIRD speak routing protocols through tunnels. */
@NullMarked
package org.culvert.routing.bird;

import org.jspecify.annotations.NullMarked;
