/** How a component refuses a configuration it cannot work with, and who tells the operator. */
@Export
@Version("1.3.0")
@NullMarked
package org.culvert.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
