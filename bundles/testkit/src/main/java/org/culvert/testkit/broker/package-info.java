/** A tunnel broker that says what a test tells it to. */
@NullMarked
package org.culvert.testkit.broker;

import org.jspecify.annotations.NullMarked;
