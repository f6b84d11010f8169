/** The encapsulation {@code v6v4}: IPv6 directly in IPv4. */
@NullMarked
package org.culvert.encapsulation.v6v4;

import org.jspecify.annotations.NullMarked;
