package org.culvert.accounts.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Files that were replaced while a program may have had them open. What it writes goes into the old
 * file, which has no name any more, so the old file is kept open for an hour, and what comes at its
 * end is handed on. For use by one thread at a time.
 */
final class ReplacedFiles implements Closeable {
  /** A shell that is left open on a desk is forgotten after that. */
  private static final long KEPT_NANOS = TimeUnit.HOURS.toNanos(1);

  /** A line without an end is taken as it is when nothing more came for so long. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** What they may hold of the disk: no name, no room. */
  private static final int LARGEST = 64 << 20;

  private static final int MOST = 64;

  private final LongSupplier nanoTime;
  private final Deque<Replaced> files = new ArrayDeque<>();

  /** One file, with how much of it is known. */
  private static final class Replaced {
    private final FileChannel channel;
    private final long replaced;
    private long known;
    private long seen;
    private long changed;

    Replaced(FileChannel channel, long known, long now) {
      this.channel = channel;
      this.known = known;
      this.seen = known;
      this.replaced = now;
      this.changed = now;
    }
  }

  /**
   * What came at the end of a file.
   *
   * @param open what stood there behind the last line end; the first line begins with it
   * @param lines whole lines
   */
  record Late(String open, List<String> lines) {
    /** Returns the lines of a table with these. */
    List<String> into(UserTable now) {
      int at = open.isEmpty() ? -1 : placeOf(now);
      if (at < 0) {
        return UserTable.with(now.lines(), lines);
      }
      List<String> changed = new ArrayList<>(now.lines());
      changed.set(at, lines.get(0));
      return UserTable.with(changed, lines.subList(1, lines.size()));
    }

    /** What stood there may have been taken for a line, and its password may be hashed by now. */
    private int placeOf(UserTable now) {
      String line =
          UserLineParser.parse(open) instanceof UserLine.Clear clear
              ? now.line(clear.entry().name()).orElse(open)
              : open;
      return now.lines().indexOf(line);
    }

    /** Names no line. */
    @Override
    public String toString() {
      return "Late[" + lines.size() + " lines]";
    }
  }

  ReplacedFiles(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes a file over, and closes it later.
   *
   * @param known how many octets of it are known
   */
  void add(FileChannel file, long known) {
    files.add(new Replaced(file, known, nanoTime.getAsLong()));
    while (files.size() > MOST || files.stream().mapToLong(one -> one.known).sum() > LARGEST) {
      close(files.remove());
    }
  }

  /**
   * Gives the room on the disk back that they hold. What is written into them from now on is lost.
   *
   * @return whether there were any
   */
  boolean letGo() {
    boolean any = !files.isEmpty();
    close();
    return any;
  }

  /** Returns what came since the last call. */
  List<Late> take() {
    long now = nanoTime.getAsLong();
    List<Late> all = new ArrayList<>();
    for (Iterator<Replaced> each = files.iterator(); each.hasNext(); ) {
      Replaced one = each.next();
      try {
        late(one, now).ifPresent(all::add);
      } catch (IOException e) {
        // Its disk fails, which the file that is there now tells as well.
        one.seen = one.known;
      }
      if (now - one.replaced > KEPT_NANOS && one.seen <= one.known) {
        close(one);
        each.remove();
      }
    }
    return all;
  }

  private static Optional<Late> late(Replaced one, long now) throws IOException {
    long size = Math.min(one.channel.size(), one.known + LARGEST);
    if (size != one.seen) {
      one.seen = size;
      one.changed = now;
    }
    if (size <= one.known) {
      return Optional.empty();
    }
    String fresh = text(one.channel, one.known, size);
    int end = now - one.changed >= QUIET_NANOS ? fresh.length() : fresh.lastIndexOf('\n') + 1;
    if (end == 0) {
      return Optional.empty();
    }
    String before =
        text(one.channel, Math.max(0, one.known - UserLineParser.MAX_LENGTH), one.known);
    String open = before.substring(before.lastIndexOf('\n') + 1);
    one.known += end;
    return Optional.of(new Late(open, (open + fresh.substring(0, end)).lines().toList()));
  }

  private static String text(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer octets = ByteBuffer.allocate((int) (to - from));
    while (octets.hasRemaining() && channel.read(octets, from + octets.position()) >= 0) {
      // On.
    }
    return new String(octets.array(), 0, octets.position(), StandardCharsets.ISO_8859_1);
  }

  private static void close(Replaced one) {
    try {
      one.channel.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  @Override
  public void close() {
    files.forEach(ReplacedFiles::close);
    files.clear();
  }
}
