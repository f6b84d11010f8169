/** Addresses and prefixes: parsing without name resolution, and the two ways of writing them. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.net;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
