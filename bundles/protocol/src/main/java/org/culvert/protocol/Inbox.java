package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Octets of a stream that are not yet a whole message, up to a limit.
 *
 * <p>What is taken out is overwritten, since it may have been a password. Beyond its first size it
 * grows only into room that it is granted, and goes back to that size when it is empty.
 */
final class Inbox {
  private static final int INITIAL = 512;
  private static final byte BACKSPACE = 8;

  /** Room beyond the first size. */
  interface Room {
    /** As much as the limit. */
    Room ANY =
        new Room() {
          @Override
          public boolean reserve(int octets) {
            return true;
          }

          @Override
          public void release(int octets) {}
        };

    /** As much as the services grant. */
    static Room of(SessionServices services) {
      return new Room() {
        @Override
        public boolean reserve(int octets) {
          return services.reserve(octets);
        }

        @Override
        public void release(int octets) {
          services.release(octets);
        }
      };
    }

    /** Tells whether there is room for so many octets, and holds it. */
    boolean reserve(int octets);

    /** Gives it back. */
    void release(int octets);
  }

  private final int limit;
  private final Room room;
  private byte[] octets;
  private int start;
  private int end;

  Inbox(int limit) {
    this(limit, Room.ANY);
  }

  Inbox(int limit, Room room) {
    this.limit = limit;
    this.room = room;
    this.octets = new byte[Math.min(INITIAL, limit)];
  }

  /**
   * Takes in as much as fits under the limit, and leaves the rest in the buffer.
   *
   * @return false if there is no room for it; then all is left
   */
  boolean append(ByteBuffer data) {
    int count = Math.min(data.remaining(), limit - size());
    if (end + count > octets.length) {
      int length = Math.min(limit, Math.max(size() + count, 2 * octets.length));
      if (length > octets.length && !room.reserve(length - octets.length)) {
        return false;
      }
      byte[] larger = new byte[length];
      System.arraycopy(octets, start, larger, 0, size());
      Arrays.fill(octets, (byte) 0);
      end -= start;
      start = 0;
      octets = larger;
    }
    data.get(octets, end, count);
    end += count;
    return true;
  }

  /** Overwrites what is there, and gives all room back. */
  void clear() {
    Arrays.fill(octets, (byte) 0);
    emptied();
  }

  private void emptied() {
    start = 0;
    end = 0;
    int first = Math.min(INITIAL, limit);
    if (octets.length > first) {
      room.release(octets.length - first);
      octets = new byte[first];
    }
  }

  int size() {
    return end - start;
  }

  boolean isFull() {
    return size() == limit;
  }

  /** Skips what peers leave between messages: white space, NUL, backspace. */
  void skipNoise() {
    while (start < end && isNoise(octets[start])) {
      start++;
    }
    if (start == end) {
      emptied();
    }
  }

  static boolean isNoise(byte octet) {
    return octet == 0
        || octet == ' '
        || octet == '\t'
        || octet == '\r'
        || octet == '\n'
        || octet == BACKSPACE;
  }

  /** Finds an octet; -1 if it is not there. */
  int indexOf(byte octet) {
    for (int i = start; i < end; i++) {
      if (octets[i] == octet) {
        return i - start;
      }
    }
    return -1;
  }

  /** Takes a line without its end, which is CR LF, LF, or CR and a backspace. */
  Optional<byte[]> takeLine() {
    for (int i = start; i < end; i++) {
      boolean afterReturn = i > start && octets[i - 1] == '\r';
      if (octets[i] == '\n' || (afterReturn && octets[i] == BACKSPACE)) {
        byte[] line = take(i + 1 - start);
        byte[] bare = Arrays.copyOf(line, line.length - (afterReturn ? 2 : 1));
        Arrays.fill(line, (byte) 0);
        return Optional.of(bare);
      }
    }
    return Optional.empty();
  }

  /** Takes octets off the front. */
  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(octets, start, start + count);
    Arrays.fill(octets, start, start + count, (byte) 0);
    start += count;
    if (start == end) {
      emptied();
    }
    return taken;
  }

  /** Returns a copy of the first octets, which stay. */
  byte[] peek(int count) {
    return Arrays.copyOfRange(octets, start, start + Math.min(count, size()));
  }

  /** Returns everything as text, one character for each octet; it stays. */
  String text() {
    return new String(octets, start, size(), StandardCharsets.ISO_8859_1);
  }
}
