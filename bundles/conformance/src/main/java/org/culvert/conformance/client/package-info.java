/** Plays a TSP server by numbered scripts, and judges what a client makes of it. */
@NullMarked
package org.culvert.conformance.client;

import org.jspecify.annotations.NullMarked;
