/** What a peer may be told: TSP status codes, referrals, and the exception that carries them. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.status;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
