package org.culvert.netdev.linux;

import com.sun.jna.Native;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The C library's functions that this bundle calls.
 *
 * <p>They are mapped directly and take addresses as {@code long}, so that a call allocates nothing.
 * This and every structure laid out in this package presume Linux on a 64-bit little-endian machine
 * (x86_64, aarch64), where pointers and {@code size_t} are 8 octets and all constants used here are
 * the same. Functions return -1 on failure; {@link #errno} then tells why.
 */
final class Libc {
  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  private static final Set<String> MACHINES = Set.of("amd64", "x86_64", "aarch64");

  private static boolean loaded;

  /** Only the first failure tells the cause; the Java runtime answers later ones with less. */
  private static @Nullable LinkageError failure;

  private Libc() {}

  /**
   * Binds the functions; every entry point of the bundle calls it before any other method here. It
   * is no static initializer: one that fails leaves nothing but NoClassDefFoundError behind.
   *
   * @throws IOException if this machine cannot do it; the message is for the operator
   */
  static synchronized void load() throws IOException {
    if (loaded) {
      return;
    }
    String system = System.getProperty("os.name", "");
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    refuseUnsuitable(system, machine);
    try {
      Native.register(Libc.class, "c");
      loaded = true;
    } catch (LinkageError e) {
      LinkageError first = failure == null ? e : failure;
      failure = first;
      throw new IOException(
          "native access (JNA) does not work in this Java runtime: " + first, first);
    }
  }

  static void refuseUnsuitable(String system, String machine) throws IOException {
    if (!system.equals("Linux") || !MACHINES.contains(machine)) {
      throw new IOException(
          "network devices need 64-bit Linux on x86_64 or aarch64; this is "
              + system
              + " on "
              + machine);
    }
  }

  /** Returns the error number of this thread's last call that failed. */
  static int errno() {
    return Native.getLastError();
  }

  static native int open(String path, int flags);

  static native int close(int fd);

  static native long read(int fd, long buffer, long length);

  static native long write(int fd, long buffer, long length);

  static native int ioctl(int fd, long request, long argument);

  static native int poll(long pollfds, long count, int milliseconds);

  static native int eventfd(int initial, int flags);

  static native int socket(int domain, int type, int protocol);

  static native int bind(int fd, long address, int length);

  static native int setsockopt(int fd, int level, int name, long value, int length);

  static native long send(int fd, long buffer, long length, int flags);

  static native long sendto(
      int fd, long buffer, long length, int flags, long address, int addressLength);

  static native long recv(int fd, long buffer, long length, int flags);

  static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

  static native int sendmmsg(int fd, long messages, int count, int flags);

  static native int if_nametoindex(String name);
}
