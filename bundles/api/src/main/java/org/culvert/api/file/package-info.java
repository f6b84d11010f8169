/** How a file is written so that nothing is lost when the disk or the power fails. */
@Export
@Version("1.2.0")
@NullMarked
package org.culvert.api.file;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
