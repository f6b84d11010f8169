/** What surrounds a tunnel: names in the DNS, routing, and whatever else is provided with it. */
@Export
@Version("1.1.0")
@NullMarked
package org.culvert.api.service;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
