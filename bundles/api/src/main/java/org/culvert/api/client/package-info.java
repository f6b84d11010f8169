/** The tunnel client as its operator sees it. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.client;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
