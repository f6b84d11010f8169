/**
 * Service interface of the encapsulations: what a packet of a tunnel type looks like on the wire.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.encapsulation;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
