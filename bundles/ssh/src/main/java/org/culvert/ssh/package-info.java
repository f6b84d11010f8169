/** Mends how commands over SSH end; private. */
@NullMarked
package org.culvert.ssh;

import org.jspecify.annotations.NullMarked;
