package org.culvert.start;

import java.io.PrintStream;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.main.Main;
import sun.misc.Signal;

/**
 * Starts Culvert: sees to what must be right before Karaf starts, then starts Karaf in this
 * process. {@code bin/culvert} runs it.
 */
public final class Culvert {
  private static final long PATIENCE_MINUTES = 3;

  /** Keeps the lock from being collected. */
  @SuppressWarnings("unused")
  private static volatile Object held = "";

  private Culvert() {}

  /**
   * Runs until Karaf ends.
   *
   * @param arguments the role, or none: that of last time
   */
  public static void main(String[] arguments) throws Exception {
    Folders folders = Folders.fromSystemProperties();
    try {
      prepare(folders, arguments.length > 0 ? arguments[0] : "", System.out);
    } catch (Refusal refusal) {
      System.err.println("culvert: " + refusal.getMessage());
      System.exit(1);
    }
    endAsOrdered();
    watch(folders, System.out);
    if (Boolean.getBoolean("karaf.startLocalConsole")) {
      holdPromptBack();
    }
    Main.main(new String[0]);
  }

  private static void prepare(Folders folders, String asked, PrintStream out) throws Refusal {
    folders.make();
    held = Exclusive.of(folders.data());
    new Essentials(folders).check();
    String role = new Installation(folders, line -> out.println("culvert: " + line)).prepare(asked);
    System.setProperty("culvert.role", role);
    System.setProperty("karaf.name", "culvert-" + role);
    NativeFolder.of(folders).choose().ifPresent(line -> out.println("culvert: " + line));
  }

  /**
   * Karaf stops its framework in order at SIGTERM alone. A closed terminal and Ctrl-C are to do the
   * same; the shell on a terminal takes Ctrl-C for itself later.
   */
  private static void endAsOrdered() {
    for (String name : new String[] {"HUP", "INT"}) {
      Signal.handle(new Signal(name), signal -> Signal.raise(new Signal("TERM")));
    }
  }

  /**
   * Karaf's first prompt comes at the framework's usual start level, which at the very first start
   * is reached before the shell has our commands. So it waits for one level more, which {@link
   * Announcement} asks for when all is there. Karaf sets the property while it starts.
   */
  private static void holdPromptBack() {
    Thread waiting =
        new Thread(
            () -> {
              try {
                while (System.getProperty(Announcement.LAST_LEVEL) == null) {
                  TimeUnit.MILLISECONDS.sleep(5);
                }
                int usual = Integer.getInteger(Announcement.LAST_LEVEL, 100);
                System.setProperty(Announcement.LAST_LEVEL, Integer.toString(usual + 1));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "culvert-start-prompt");
    waiting.setDaemon(true);
    waiting.start();
  }

  /** Says so when nothing is up after a long time; what is up is told from inside Karaf. */
  private static void watch(Folders folders, PrintStream out) {
    Thread watch =
        new Thread(
            () -> {
              try {
                TimeUnit.MINUTES.sleep(PATIENCE_MINUTES);
              } catch (InterruptedException e) {
                return;
              }
              if (!Files.exists(Stamp.file(folders.cache()))) {
                out.println(
                    "culvert: not all bundles are installed after "
                        + PATIENCE_MINUTES
                        + " minutes; see "
                        + folders.log().resolve("karaf.log"));
              }
            },
            "culvert-start-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
