package org.culvert.testkit.trace;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the threats that a test shows to be stopped: it fails if the defence is taken away. The ids
 * are those of {@code itests/threats.txt}. At a class it counts for the class as a whole.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Threat {

  /** The ids, such as {@code T13}. */
  String[] value();
}
