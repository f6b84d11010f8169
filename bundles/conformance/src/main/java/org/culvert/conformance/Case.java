package org.culvert.conformance;

import java.util.List;
import java.util.Set;

/**
 * One thing that a server has to do, and the dialogue that shows whether it does.
 *
 * @param id never changes once it is published
 * @param topic the file that it stands in
 * @param title one sentence
 * @param source where the demand comes from
 * @param level how binding it is
 * @param demands the ids of the demands it covers
 * @param legs where it runs
 * @param needs what it needs
 * @param steps the dialogue
 */
record Case(
    String id,
    String topic,
    String title,
    String source,
    Level level,
    List<String> demands,
    Set<Leg> legs,
    List<Need> needs,
    List<Step> steps) {

  Case {
    demands = List.copyOf(demands);
    legs = Set.copyOf(legs);
    needs = List.copyOf(needs);
    steps = List.copyOf(steps);
  }

  boolean needs(Need.Kind kind) {
    return needs.stream().anyMatch(need -> need.kind() == kind);
  }
}
