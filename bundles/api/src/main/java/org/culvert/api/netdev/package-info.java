/**
 * Service interfaces to the operating system's network: TUN and tunnel devices, outer sockets,
 * addresses, routes.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.netdev;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
