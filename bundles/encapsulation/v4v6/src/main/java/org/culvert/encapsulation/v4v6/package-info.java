/** The encapsulation {@code v4v6}: IPv4 directly in IPv6. */
@NullMarked
package org.culvert.encapsulation.v4v6;

import org.jspecify.annotations.NullMarked;
