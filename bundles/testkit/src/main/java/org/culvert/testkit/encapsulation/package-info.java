/** Tunnel types for tests. */
@NullMarked
package org.culvert.testkit.encapsulation;

import org.jspecify.annotations.NullMarked;
