/** Starts Culvert; private. */
@NullMarked
package org.culvert.start;

import org.jspecify.annotations.NullMarked;
