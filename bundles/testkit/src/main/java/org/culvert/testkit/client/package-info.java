/** What surrounds a tunnel client: signaling that answers by script, an endpoint that records. */
@NullMarked
package org.culvert.testkit.client;

import org.jspecify.annotations.NullMarked;
