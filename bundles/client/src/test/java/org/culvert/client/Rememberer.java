package org.culvert.client;

import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * A program that remembers another broker again and again until it is killed, and never waits for
 * the disk. It prints {@code tick NUMBER} for each, and what the log says.
 */
final class Rememberer {
  private static final long PAUSE_MILLIS = 2;

  private Rememberer() {}

  public static void main(String[] arguments) throws InterruptedException {
    System.setErr(System.out);
    Memory memory =
        new Memory(
            settings(Path.of(arguments[0])),
            Timepiece.system(),
            Executors.newSingleThreadExecutor());
    for (int number = 1; number < 0xffff; number++) {
      memory.remember(
          new Memory.Remembered(
              new BrokerAddress("2001:db8::" + Integer.toHexString(number), 99),
              new Ladder.Rung(Transport.UDP, Ladder.NEWEST)));
      System.out.println("tick " + number);
      Thread.sleep(PAUSE_MILLIS);
      memory.flush();
    }
  }

  static ClientSettings settings(Path directory) {
    return Configs.forServers("a.example").in(directory).settings();
  }
}
