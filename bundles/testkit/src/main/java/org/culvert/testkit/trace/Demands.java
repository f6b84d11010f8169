package org.culvert.testkit.trace;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the demands of RFC 5572 and of the draft that a test shows to be met, by their ids in the
 * conformance kit's {@code demands.txt}. At a class it counts for the class as a whole.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Demands {

  /** The ids, such as {@code R-4.4.2-1}. */
  String[] value();
}
