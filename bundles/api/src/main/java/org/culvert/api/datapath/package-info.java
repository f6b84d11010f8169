/**
 * Service interface of the datapaths: what moves packets between a device and the outer network.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.datapath;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
