/**
 * Keeps what surrounds tunnels as the leases say: whatever cannot be done at once is queued and
 * tried again.
 */
@NullMarked
package org.culvert.provisioning;

import org.jspecify.annotations.NullMarked;
