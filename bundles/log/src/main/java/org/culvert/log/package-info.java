/** How the log shows the addresses that users come from. */
@NullMarked
package org.culvert.log;

import org.jspecify.annotations.NullMarked;
