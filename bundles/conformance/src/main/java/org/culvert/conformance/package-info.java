/** The conformance kit: numbered cases for TSP servers and clients. */
@NullMarked
package org.culvert.conformance;

import org.jspecify.annotations.NullMarked;
