/** One TSP exchange as the client starts it, and the sessions that a server is holding. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.signaling;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
