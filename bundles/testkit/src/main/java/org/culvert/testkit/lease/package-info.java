/** A lease store in memory, and leases to put into it. */
@NullMarked
package org.culvert.testkit.lease;

import org.jspecify.annotations.NullMarked;
