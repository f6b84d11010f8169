/** Who users are and how their passwords are verified; the callbacks that SASL mechanisms ask. */
@Export
@Version("1.1.0")
@NullMarked
package org.culvert.api.account;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
