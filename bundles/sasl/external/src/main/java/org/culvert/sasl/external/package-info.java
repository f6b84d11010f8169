/** The mechanism EXTERNAL (RFC 4422, appendix A). */
@NullMarked
package org.culvert.sasl.external;

import org.jspecify.annotations.NullMarked;
