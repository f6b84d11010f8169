package org.culvert.endpoint;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Those who are told which tunnel is silent, whatever life of the endpoint it is in. Any thread may
 * call it.
 */
final class SilenceWatchers implements Consumer<String> {
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  /** One that is told; a listener may be there twice. */
  private static final class Watcher {
    private final Consumer<String> listener;

    Watcher(Consumer<String> listener) {
      this.listener = listener;
    }
  }

  /** Adds one until what is returned is closed. */
  AutoCloseable add(Consumer<String> listener) {
    Watcher watcher = new Watcher(listener);
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  /** Tells all of them. */
  @Override
  public void accept(String id) {
    watchers.forEach(watcher -> Supervisor.tell(watcher.listener, id));
  }
}
