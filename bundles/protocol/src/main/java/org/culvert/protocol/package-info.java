/**
 * The Tunnel Setup Protocol without sockets: both session state machines, and what a transport must
 * know of the octets it carries.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.protocol;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
