package org.culvert.provisioning;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code etc/org.culvert.provisioning.cfg}. */
@ObjectClassDefinition(name = "Culvert provisioning")
@interface Config {
  @AttributeDefinition(
      description =
          "Milliseconds until what failed is tried again; twice as long after each further failure.",
      min = "10",
      max = "3600000")
  long firstRetryMillis() default 1_000;

  @AttributeDefinition(
      description = "Seconds between two tries of the same at most, however often it has failed.",
      min = "1",
      max = "86400")
  long longestRetrySeconds() default 300;

  @AttributeDefinition(
      description =
          "Seconds that a DNS or routing service may take for one thing before it is interrupted.",
      min = "1",
      max = "600")
  long serviceTimeoutSeconds() default 35;

  @AttributeDefinition(
      description =
          "Seconds that a routing service that is stopped gets to take its tunnels back; what it"
              + " did not manage is taken back when it is there again.",
      min = "0",
      max = "600")
  long leaveSeconds() default 20;

  @AttributeDefinition(
      description =
          "Seconds to wait for a service that is missing before another takes its tunnels over.",
      min = "0",
      max = "86400")
  long absenceSeconds() default 10;

  @AttributeDefinition(
      description =
          "Seconds between two looks whether all is as it was provided; also done when a service"
              + " starts. 0: never.",
      min = "0",
      max = "2592000")
  long verifySeconds() default 3_600;
}
