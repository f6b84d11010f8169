package org.culvert.provisioning;

import java.util.Map;

/**
 * A service's place among others of its kind, as the service registry orders them: by ranking, and
 * of two of the same the older one is higher.
 */
record Rank(int ranking, long id) implements Comparable<Rank> {
  private static final String RANKING = "service.ranking";
  private static final String ID = "service.id";

  static Rank of(Map<String, ?> properties) {
    return new Rank(
        properties.get(RANKING) instanceof Integer ranking ? ranking : 0,
        properties.get(ID) instanceof Long id ? id : 0);
  }

  @Override
  public int compareTo(Rank other) {
    int byRanking = Integer.compare(ranking, other.ranking);
    return byRanking != 0 ? byRanking : Long.compare(other.id, id);
  }
}
