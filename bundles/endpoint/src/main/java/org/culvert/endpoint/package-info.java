/** A tunnel endpoint: keeps the desired tunnels open, and watches whether their other ends live. */
@NullMarked
package org.culvert.endpoint;

import org.jspecify.annotations.NullMarked;
