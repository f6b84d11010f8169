/** What a tunnel is: its type, its two ends, its parameters as one end sees them, and its state. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.tunnel;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
