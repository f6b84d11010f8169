/** Programs of Debian that tests need beside them. */
@NullMarked
package org.culvert.testkit.debian;

import org.jspecify.annotations.NullMarked;
