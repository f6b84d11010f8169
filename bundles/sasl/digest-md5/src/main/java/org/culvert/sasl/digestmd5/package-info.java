/** The SASL mechanism DIGEST-MD5 (RFC 2831) for both roles, with authentication only. */
@NullMarked
package org.culvert.sasl.digestmd5;

import org.jspecify.annotations.NullMarked;
