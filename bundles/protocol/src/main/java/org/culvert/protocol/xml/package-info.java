/** The XML of TSP: reads what peers write, writes what the oldest of them can read. */
@NullMarked
package org.culvert.protocol.xml;

import org.jspecify.annotations.NullMarked;
