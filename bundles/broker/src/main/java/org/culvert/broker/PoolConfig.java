package org.culvert.broker;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of {@code etc/org.culvert.broker.pool-NAME.cfg}; lists are separated by commas. */
@ObjectClassDefinition(
    name = "Culvert delegation pool",
    id = AllocationPolicy.PID,
    description = "A pool that users' own prefixes are cut from, and whom it serves with what.")
@interface PoolConfig {
  @AttributeDefinition(
      description = "IPv6 prefix that users' prefixes are cut from; it overlaps no other pool.")
  String prefix() default "";

  @AttributeDefinition(
      description =
          "Shortest prefix handed out, in bits. 0: 48, or the pool's own length where that is"
              + " longer.",
      min = "0",
      max = "64")
  int shortestLength() default 0;

  @AttributeDefinition(
      description = "Longest prefix handed out, in bits; at most 64.",
      min = "1",
      max = "64")
  int longestLength() default 64;

  @AttributeDefinition(
      description =
          "Prefix length for a user who asks for a prefix and names no length; 0: none (520).",
      min = "0",
      max = "64")
  int defaultLength() default 0;

  @AttributeDefinition(
      description =
          "Groups of accounts that the pool serves, see culvert:account-policy. Empty: all"
              + " accounts.")
  String[] groups() default {};

  @AttributeDefinition(
      description = "Types of tunnels that the pool serves, such as v6udpv4. Empty: all.")
  String[] types() default {};

  @AttributeDefinition(
      description =
          "Whether the pool serves anonymous users too. Where no pool does, they are told 522.")
  boolean anonymous() default false;

  @AttributeDefinition(
      description =
          "Pools of a lower order are tried first, those of the same order by name; the broker's"
              + " delegationPools have order 0 and come before.")
  int order() default 0;

  @AttributeDefinition(
      description =
          "What is done when a user asks for a length that the pool does not hand out. exact: 507,"
              + " since it is that or nothing. atMost: he gets the nearest length handed out that"
              + " is no larger a network than he asked for, where no pool has the very length."
              + " refuse: 518. It is 518 in any case for a length that cannot be cut from any pool"
              + " that serves him.",
      options = {
        @Option(label = "refuse", value = "refuse"),
        @Option(label = "exact", value = "exact"),
        @Option(label = "atMost", value = "atMost")
      })
  String onOtherLength() default "refuse";

  @AttributeDefinition(
      description =
          "What is done when a user who has a prefix of the pool asks for another length. keep:"
              + " 507. grow: he gets a larger prefix around the one he has if all of it is free,"
              + " else 507. renumber: he gets a new one, and the old one rests; while one rests for"
              + " him he is told 507, and when he may ask again.",
      options = {
        @Option(label = "renumber", value = "renumber"),
        @Option(label = "grow", value = "grow"),
        @Option(label = "keep", value = "keep")
      })
  String onRerequest() default "renumber";

  @AttributeDefinition(
      description =
          "Prefixes of the pool that nobody but one user gets: a user and a prefix, such as"
              + " alice 2001:db8:8001::/48, bob 2001:db8:8002::/56. He gets it when he asks for"
              + " that length, whatever his groups.")
  String[] reservations() default {};

  @AttributeDefinition(
      description = "Whether a user who names no length gets what is reserved for him.")
  boolean reservedIfUnnamed() default true;
}
