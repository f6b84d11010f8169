package org.culvert.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * A program that remembers another broker again and again until it is killed, and never waits for
 * the disk. It prints {@code tick NUMBER} for each, {@code kept NUMBER} for the one that is on the
 * disk then, and what the log says.
 */
final class Rememberer {
  private static final long PAUSE_MILLIS = 2;
  private static final String PREFIX = "2001:db8::";

  private Rememberer() {}

  /** Takes the directory, and the number of the first broker. */
  public static void main(String[] arguments) throws InterruptedException {
    System.setErr(System.out);
    Path directory = Path.of(arguments[0]);
    Executor disk = Executors.newSingleThreadExecutor();
    Memory memory = new Memory(settings(directory), Timepiece.system(), disk);
    for (int number = Integer.parseInt(arguments[1]); number < 0xffff; number++) {
      memory.remember(
          new Memory.Remembered(
              new BrokerAddress(PREFIX + Integer.toHexString(number), 99),
              new Ladder.Rung(Transport.UDP, Ladder.NEWEST)));
      // Behind what writes it.
      disk.execute(() -> System.out.println("kept " + stored(directory)));
      System.out.println("tick " + number);
      Thread.sleep(PAUSE_MILLIS);
      memory.flush();
    }
  }

  /** Returns the number of the broker that is stored; 0: there is no file. It must be whole. */
  static int stored(Path directory) {
    ClientSettings settings = settings(directory);
    if (Files.notExists(settings.state())) {
      return 0;
    }
    Memory stored = new Memory(settings, Timepiece.system(), Runnable::run);
    String broker = stored.recall(false).orElseThrow().broker().host();
    return Integer.parseInt(broker.substring(PREFIX.length()), 16);
  }

  static ClientSettings settings(Path directory) {
    return Configs.forServers("a.example").in(directory).settings();
  }
}
