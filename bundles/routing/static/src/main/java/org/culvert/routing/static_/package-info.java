/** Offers static routing of delegated prefixes. */
@NullMarked
package org.culvert.routing.static_;

import org.jspecify.annotations.NullMarked;
