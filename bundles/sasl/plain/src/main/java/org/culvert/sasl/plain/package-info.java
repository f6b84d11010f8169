/** The SASL mechanism PLAIN (RFC 4616) for both roles. */
@NullMarked
package org.culvert.sasl.plain;

import org.jspecify.annotations.NullMarked;
