package org.culvert.start;

import java.util.concurrent.TimeUnit;
import sun.misc.Signal;

/**
 * Starts Culvert: sees to what must be right before Karaf starts, then starts Karaf in this
 * process. {@code bin/culvert} runs it.
 */
public final class Culvert {
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
      prepare(folders, arguments.length > 0 ? arguments[0] : "");
    } catch (Refusal refusal) {
      System.err.println("culvert: " + refusal.getMessage());
      System.exit(1);
    }
    endAsOrdered();
    Terminal.forget(folders);
    boolean shell = Boolean.getBoolean("karaf.startLocalConsole");
    while (true) {
      if (shell) {
        holdPromptBack();
      }
      Karaf karaf = new Karaf();
      Installing installing = Installing.watch(karaf, folders, Culvert::tell);
      Karaf.Next next = karaf.run(installing::willBeginAnew);
      if (next == Karaf.Next.END) {
        System.exit(karaf.exitCode());
      }
      if (next == Karaf.Next.BEGIN_ANEW) {
        install(folders);
      }
      // Karaf sets it while it starts, and the prompt waits for that.
      System.clearProperty(Announcement.LAST_LEVEL);
    }
  }

  private static void install(Folders folders) {
    try {
      new Installation(folders, Culvert::tell).prepare(System.getProperty("culvert.role", ""));
    } catch (Refusal refusal) {
      System.err.println("culvert: " + refusal.getMessage());
      System.exit(1);
    }
  }

  private static void tell(String line) {
    System.out.println("culvert: " + line);
  }

  private static void prepare(Folders folders, String asked) throws Refusal {
    folders.make();
    held = Exclusive.of(folders.data());
    new Essentials(folders).check();
    String role = new Installation(folders, Culvert::tell).prepare(asked);
    System.setProperty("culvert.role", role);
    System.setProperty("karaf.name", "culvert-" + role);
    NativeFolder.of(folders).choose().ifPresent(Culvert::tell);
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
}
