package org.culvert.start;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to use a data folder alone. The operating system takes it back when the process ends,
 * however it ends.
 */
final class Exclusive {
  private final FileLock lock;

  private Exclusive(FileLock lock) {
    this.lock = lock;
  }

  /** Takes it, and writes down which process has it. */
  static Exclusive of(Path data) throws Refusal {
    Path file = data.resolve("culvert.pid");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new Refusal(
            "another Culvert, process "
                + Files.readString(file).strip()
                + ", runs with the data folder "
                + data
                + "; end it, or set KARAF_DATA to a folder of this one's own");
      }
      channel.truncate(0);
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(pid));
      return new Exclusive(lock);
    } catch (IOException e) {
      throw new Refusal("the file " + file + " cannot be locked: " + e);
    }
  }

  boolean holds() {
    return lock.isValid();
  }
}
