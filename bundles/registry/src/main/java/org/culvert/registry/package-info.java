/** Tells by whois and RDAP who holds a prefix. */
@NullMarked
package org.culvert.registry;

import org.jspecify.annotations.NullMarked;
