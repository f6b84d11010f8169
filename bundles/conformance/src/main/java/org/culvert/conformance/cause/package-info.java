/** What deviations have in common, of servers and of clients. */
@NullMarked
package org.culvert.conformance.cause;

import org.jspecify.annotations.NullMarked;
