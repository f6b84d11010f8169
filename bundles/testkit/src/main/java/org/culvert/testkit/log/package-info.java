/** What the log says. */
@NullMarked
package org.culvert.testkit.log;

import org.jspecify.annotations.NullMarked;
