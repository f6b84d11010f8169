/** The SASL mechanism EXTERNAL (RFC 4422 appendix A) for both roles. */
@NullMarked
package org.culvert.sasl.external;

import org.jspecify.annotations.NullMarked;
