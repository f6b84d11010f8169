package org.culvert.itests.attack;

import java.io.IOException;
import java.util.List;

/** Something that somebody may do to a broker. */
interface Attack {

  /** Does it, and says what it cost and what it got. */
  void run(Field field, Figures figures) throws IOException, InterruptedException;

  /** Returns how users log in meanwhile. */
  default List<Users.Way> users() {
    return List.of(Users.Way.UDP, Users.Way.TCP);
  }
}
