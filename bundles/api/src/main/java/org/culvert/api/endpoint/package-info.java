/**
 * A tunnel endpoint (RFC 5572, figure 1): told the whole desired set of tunnels, it makes it so.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.endpoint;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
