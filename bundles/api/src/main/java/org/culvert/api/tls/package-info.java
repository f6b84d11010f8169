/** TLS below signaling: who makes it, and what it knows of the peer. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.tls;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
