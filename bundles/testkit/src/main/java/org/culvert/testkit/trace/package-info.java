/** The tables from what is demanded, promised and feared to the tests that show it. */
@NullMarked
package org.culvert.testkit.trace;

import org.jspecify.annotations.NullMarked;
