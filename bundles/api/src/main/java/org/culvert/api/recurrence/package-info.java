/** What happens again and again, so that the answer to it and the word of it stay bounded. */
@Export
@Version("1.0.0")
@NullMarked
package org.culvert.api.recurrence;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
