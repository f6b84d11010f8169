/** How logs and lists show what is a user's own, so that all bundles show it alike. */
@Export
@Version("1.1.0")
@NullMarked
package org.culvert.api.log;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
