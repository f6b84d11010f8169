package org.culvert.conformance.client;

import java.util.Set;

/**
 * What the client under examination is.
 *
 * @param user the name it has to use
 * @param password its password
 * @param has what it is, in the words of {@link Script#NEEDS}; of scripts that need anything else
 *     it is not asked
 * @param adapts whether it is set up for each script as the script needs it
 */
record Profile(String user, String password, Set<String> has, boolean adapts) {

  Profile {
    has = Set.copyOf(has);
  }

  /** Returns what a script needs and this client is not; empty if nothing. */
  String lack(Script script) {
    return script.needs().stream().filter(need -> !has(need)).findFirst().orElse("");
  }

  private boolean has(String need) {
    boolean setting =
        need.startsWith("type:") || Set.of("user", "anonymous", "no-plain").contains(need);
    return has.contains(need) || (adapts && setting);
  }
}
