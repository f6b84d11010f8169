package org.culvert.conformance.client;

import java.util.List;
import java.util.Set;

/**
 * One thing that a client has to do, and the dialogue that shows whether it does.
 *
 * @param id never changes once it is published
 * @param topic the file that it stands in
 * @param title one sentence
 * @param source where the demand comes from
 * @param level how binding it is
 * @param demands the ids of the demands it covers
 * @param ways how the client may come
 * @param needs what the client must be, such as {@code user} or {@code type:v6v4}
 * @param steps the dialogue
 */
record Script(
    String id,
    String topic,
    String title,
    String source,
    Level level,
    List<String> demands,
    Set<Way> ways,
    Set<String> needs,
    List<Step> steps) {

  /** What a client may have to be; a type of tunnel is {@code type:} and its name. */
  static final Set<String> NEEDS =
      Set.of(
          "user", "anonymous", "plain", "no-plain", "scram", "prefix", "data", "distrusts", "slow");

  Script {
    demands = List.copyOf(demands);
    ways = Set.copyOf(ways);
    needs = Set.copyOf(needs);
    steps = List.copyOf(steps);
    for (String need : needs) {
      if (!NEEDS.contains(need) && !need.startsWith("type:")) {
        throw new IllegalArgumentException("no need is called " + need);
      }
    }
  }
}
