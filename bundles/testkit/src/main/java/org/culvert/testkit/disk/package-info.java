/** Disks that are full or fail, and processes that are killed while they write. */
@NullMarked
package org.culvert.testkit.disk;

import org.jspecify.annotations.NullMarked;
