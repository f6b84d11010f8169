package org.culvert.testkit.trace;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the promises that a test shows to be kept: it fails if the promise is broken. The ids are
 * those of {@code itests/threats.txt}. At a class it counts for the class as a whole.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Promise {

  /** The ids, such as {@code P4}. */
  String[] value();
}
