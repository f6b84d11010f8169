/** Leases, the truth from which tunnels are derived, and the store that keeps them. */
@Export
@Version("1.1.0")
@NullMarked
package org.culvert.api.lease;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
