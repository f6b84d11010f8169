package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.netdev.NetworkDevices.Watch;

/**
 * Listens to what the kernel announces to groups of listeners.
 *
 * <ol>
 *   <li>a filter in the kernel may keep away what is of no use
 *   <li>one thread waits, reads, and passes on
 *   <li>what had no room in the buffer is told as missed
 * </ol>
 */
final class AnnouncementThread implements Watch {
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final Opener opener;
  private final Listener listener;
  private final Block block = Block.of(Announcements.BUFFER);
  private final Thread thread;
  private volatile Descriptor descriptor;
  private volatile boolean closed;

  /** Opens what announcements come by, at first and whenever it is of no more use. */
  interface Opener {
    Descriptor open() throws IOException;
  }

  /** Is told by the thread that reads. */
  interface Listener {
    /** What is announced from now on is heard. */
    void begun() throws IOException;

    /** One message, with its header at position 0; it is overwritten afterwards. */
    void heard(ByteBuffer message);

    /** Some were not heard. */
    void missed();
  }

  private AnnouncementThread(Opener opener, String name, Listener listener) throws IOException {
    this.opener = opener;
    this.listener = listener;
    this.thread = new Thread(this::listen, name);
    this.descriptor = opener.open();
  }

  /**
   * Begins to listen in the network namespace of the calling thread, which its own thread inherits.
   *
   * @param name the thread's
   */
  static AnnouncementThread begin(Opener opener, String name, Listener listener)
      throws IOException {
    AnnouncementThread announcements = new AnnouncementThread(opener, name, listener);
    try {
      listener.begun();
    } catch (IOException e) {
      announcements.close();
      throw e;
    }
    announcements.thread.setDaemon(true);
    announcements.thread.start();
    return announcements;
  }

  private void listen() {
    while (!closed) {
      try {
        read(descriptor);
      } catch (IOException e) {
        LockSupport.parkNanos(PAUSE);
        beginAnew();
      }
    }
  }

  /** Begins with another socket; what was announced meanwhile is lost. */
  private void beginAnew() {
    descriptor.close();
    try {
      Descriptor another = opener.open();
      descriptor = another;
      if (closed) {
        another.close();
        return;
      }
      listener.begun();
    } catch (IOException e) {
      return;
    }
    listener.missed();
  }

  /** Reads until the descriptor is closed, or throws when it is of no more use. */
  private void read(Descriptor from) throws IOException {
    if (!from.acquire()) {
      throw new IOException("the watch is closed");
    }
    try {
      while (from.awaitReadable()) {
        long received = Libc.recv(from.fd(), block.address(), Announcements.BUFFER, 0);
        int errno = Libc.errno();
        Reference.reachabilityFence(block);
        if (received >= 0) {
          Announcements.each(block, (int) received, listener::heard);
        } else if (errno == Errno.ENOBUFS) {
          listener.begun();
          listener.missed();
        } else if (errno != Errno.EINTR && errno != Errno.EAGAIN) {
          throw Errno.failure("listening to the kernel's announcements", errno);
        }
      }
    } finally {
      from.release();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    descriptor.close();
  }
}
