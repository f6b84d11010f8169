package org.culvert.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/**
 * Promises that a tunnel crosses a real NAT between two real assemblies, and outlives a move, a
 * crash of the broker and a change of encapsulation with the same address and prefix.
 */
public class LabIT {
  private static final long LIMIT_MINUTES = 10;

  @Test
  public void theWholeStory() throws IOException, InterruptedException {
    assumeTrue(
        "the lab makes network namespaces and needs root",
        Files.isWritable(Path.of("/dev/net/tun"))
            && "root".equals(System.getProperty("user.name")));

    File script = new File(System.getProperty("culvert.root"), "itests/lab/lab.sh");
    File output = new File("target/lab.txt");
    Process lab =
        new ProcessBuilder(script.getPath(), "all")
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    boolean ended = lab.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      // The script cleans up when it is asked to end.
      lab.destroy();
      lab.waitFor(30, TimeUnit.SECONDS);
    }

    String told = Files.readString(output.toPath());
    System.out.println(told);
    assertTrue("the lab did not end within " + LIMIT_MINUTES + " minutes", ended);
    assertEquals(told, 0, lab.exitValue());
  }
}
