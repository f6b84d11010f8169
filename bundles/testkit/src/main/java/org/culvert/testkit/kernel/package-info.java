/** Tunnel devices without a kernel. */
@NullMarked
package org.culvert.testkit.kernel;

import org.jspecify.annotations.NullMarked;
