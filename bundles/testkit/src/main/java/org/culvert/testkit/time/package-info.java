/** A clock and an executor that tests move by hand. */
@NullMarked
package org.culvert.testkit.time;

import org.jspecify.annotations.NullMarked;
