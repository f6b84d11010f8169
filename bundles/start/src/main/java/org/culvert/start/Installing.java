package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Watches from outside how Karaf installs all bundles, until they are stamped. Where the disk was
 * full it ends Karaf once there is room, so that it begins anew. It tells when nothing is up after
 * a long time; what is up is told from inside Karaf.
 */
final class Installing {
  private static final long PERIOD_MILLIS = 200;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  private final Karaf karaf;
  private final Folders folders;
  private final RoomWatch room;
  private final Consumer<String> out;

  /** That it could not be told is in the log once Karaf runs. */
  private final ServiceManager manager = ServiceManager.fromEnvironment(failure -> {});

  private Installing(Karaf karaf, Folders folders, Consumer<String> out) {
    this.karaf = karaf;
    this.folders = folders;
    this.out = out;
    this.room = new RoomWatch(folders, System::nanoTime, this::tell);
  }

  /** Begins, on a thread of its own, if not all is installed yet. */
  static Installing watch(Karaf karaf, Folders folders, Consumer<String> out) {
    Installing installing = new Installing(karaf, folders, out);
    if (!installing.isComplete()) {
      Terminal terminal = Terminal.setAside(folders);
      Thread thread = new Thread(() -> installing.run(terminal), "culvert-start-watch");
      thread.setDaemon(true);
      thread.start();
    }
    return installing;
  }

  /** Tells whether a start that has just failed is begun anew once there is room. */
  boolean willBeginAnew() {
    look();
    return !isComplete() && room.wasFull();
  }

  private void run(Terminal terminal) {
    try {
      boolean isAnew = false;
      long begin = System.nanoTime();
      boolean isLate = false;
      while (!isComplete() && !isAnew) {
        TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
        isAnew = look();
        if (!isLate && !room.wasFull() && System.nanoTime() - begin > PATIENCE_NANOS) {
          isLate = true;
          terminal.end();
          out.accept(
              "not all bundles are installed after 3 minutes; see "
                  + folders.log().resolve("karaf.log"));
        }
      }
      if (isAnew) {
        karaf.endToBeginAnew();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      terminal.end();
    }
  }

  private boolean isComplete() {
    return Files.exists(Stamp.file(folders.cache()));
  }

  private boolean look() {
    try {
      return room.look(
          karaf.progress(), karaf.launchFailed(), folders.free(), folders.neededToInstall());
    } catch (IOException e) {
      // Files come and go meanwhile; the next look tells.
      return false;
    }
  }

  private void tell(String line) {
    out.accept(line);
    manager.tell(line, false);
  }
}
