/** The tunnel client: asks for a tunnel, keeps it alive and reconnects when the network changes. */
@NullMarked
package org.culvert.client;

import org.jspecify.annotations.NullMarked;
