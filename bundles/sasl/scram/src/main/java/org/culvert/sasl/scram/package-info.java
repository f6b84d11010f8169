/** The mechanisms of the SCRAM family (RFC 5802, RFC 7677). */
@NullMarked
package org.culvert.sasl.scram;

import org.jspecify.annotations.NullMarked;
