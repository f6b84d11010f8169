package org.culvert.api.netdev;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what has changed in the operating system's packet filter, whoever changed it: our own
 * changes are told, too.
 *
 * <p>Calls come from a thread that is this watcher's alone. It may take the time that it needs to
 * put a filter back; what changes meanwhile is told afterwards.
 */
@ConsumerType
public interface FilterWatcher {

  /** A table is no more. One that was replaced in a single act has changed, and is not gone. */
  void gone(String table);

  /** A table came, or something in it came, went or changed. */
  void changed(String table);

  /** Changes were missed: anything may be otherwise. */
  void everything();
}
