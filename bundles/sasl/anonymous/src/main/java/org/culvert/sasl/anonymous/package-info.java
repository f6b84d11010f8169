/** The SASL mechanism ANONYMOUS (RFC 4505) for both roles. */
@NullMarked
package org.culvert.sasl.anonymous;

import org.jspecify.annotations.NullMarked;
