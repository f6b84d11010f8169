/** The tunnel broker's decisions: request in, offer out; and what its operator may see and do. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.broker;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
