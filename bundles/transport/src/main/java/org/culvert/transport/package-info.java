/** TSP signaling on sockets: TCP and reliable UDP, the server's side and the client's. */
@NullMarked
package org.culvert.transport;

import org.jspecify.annotations.NullMarked;
