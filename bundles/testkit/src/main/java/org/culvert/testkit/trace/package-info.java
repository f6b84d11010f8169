/** The table from the documents' demands to the cases and tests that show them met. */
@NullMarked
package org.culvert.testkit.trace;

import org.jspecify.annotations.NullMarked;
