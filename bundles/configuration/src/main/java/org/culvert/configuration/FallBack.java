package org.culvert.configuration;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.configuration.Failures.Failure;

/**
 * Puts back what a component ran with, if it refuses what came after it. Only the component itself
 * knows that its new configuration will not do, and the runtime ends it before it is asked.
 */
final class FallBack {
  private final Guard guard;
  private final Again again;
  private final Set<String> handed = new HashSet<>();

  /** Hands a configuration on once more. */
  interface Again {
    void hand(String pid) throws IOException;
  }

  FallBack(Guard guard, Again again) {
    this.guard = guard;
    this.again = again;
  }

  /**
   * Compares what is written with what became of it.
   *
   * @param running the configurations that components run with
   * @param unconfigured those that components run without
   * @param known those that there are components for
   */
  void look(
      List<Written> all,
      List<Failure> failures,
      Set<String> running,
      Set<String> unconfigured,
      Set<String> known)
      throws IOException {
    unconfigured.forEach(guard::proveDefaults);
    for (String pid : guard.mended()) {
      hand(pid);
    }
    Map<String, String> byFile = new HashMap<>();
    all.forEach(written -> byFile.put(written.file(), written.pid()));
    Set<String> blamed = new HashSet<>();
    for (Failure failure : failures) {
      if (failure.mistake().isPresent()) {
        // A component may refuse what is another's: the broker knows which pools cannot be.
        Mistake mistake = failure.mistake().get();
        String text = mistake.text();
        String file = text.substring(0, Math.max(0, text.indexOf(": ")));
        String pid = byFile.getOrDefault(file, failure.pid());
        blamed.add(pid);
        if (guard.reject(pid, mistake) || guard.withhold(pid, mistake)) {
          hand(pid);
        } else if (!pid.equals(failure.pid()) && guard.reject(failure.pid(), mistake)) {
          // It ran beside what it blames now, until its own configuration changed.
          hand(failure.pid());
        }
      }
    }
    Set<String> right = new HashSet<>(running);
    right.removeAll(blamed);
    guard.prove(running, right, known);
  }

  /** Tries again what a component refused that has another configuration now. */
  void changed(String pid) throws IOException {
    if (!handed.remove(pid)) {
      for (String one : guard.reconsider(pid)) {
        hand(one);
      }
    }
  }

  /** Hands it on again, which is no change that others may be right with. */
  private void hand(String pid) throws IOException {
    handed.add(pid);
    again.hand(pid);
  }
}
