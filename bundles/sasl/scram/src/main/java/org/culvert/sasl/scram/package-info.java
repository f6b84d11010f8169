/** The mechanisms of the SCRAM family (RFC 5802, RFC 7677) for both roles. */
@NullMarked
package org.culvert.sasl.scram;

import org.jspecify.annotations.NullMarked;
