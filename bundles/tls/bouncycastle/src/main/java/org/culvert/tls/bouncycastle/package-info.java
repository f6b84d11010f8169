/** TLS for signaling, by Bouncy Castle's provider. */
@NullMarked
package org.culvert.tls.bouncycastle;

import org.jspecify.annotations.NullMarked;
