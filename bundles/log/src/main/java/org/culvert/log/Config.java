package org.culvert.log;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator can decide about users' addresses in the log. */
@ObjectClassDefinition(name = "Culvert Log")
@interface Config {
  /** How addresses of users are written. */
  @AttributeDefinition(
      description =
          "How the log shows the addresses that users come from: plain, or hashed: then a keyed"
              + " hash stands in their place.")
  String addresses() default "plain";
}
