package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open non-blocking file descriptor that one thread waits on, others use, and anyone may close.
 *
 * <p>The kernel gives the number of a closed descriptor to whoever opens next, so it must not be
 * closed while a call is under way: {@link #acquire} and {@link #release} stand around every use,
 * and the last to leave closes. A waiting thread is woken through an eventfd.
 */
final class Descriptor {
  private static final int POLLFD = 8;
  private static final short POLLIN = 1;

  private final int fd;
  private final int wake;
  private final Companion companion;
  private final Block pollfds = Block.of(3 * POLLFD);
  private final Block one = Block.of(8);
  private final AtomicInteger users = new AtomicInteger(1);
  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean closing;

  /** Another descriptor, which the waiting thread attends to. */
  interface Companion {
    /** Stands for nothing to attend to. */
    Companion NONE =
        new Companion() {
          @Override
          public int fd() {
            return -1;
          }

          @Override
          public void attend() {}

          @Override
          public void close() {}
        };

    /** Returns the number; the kernel does not wait for a negative one. */
    int fd();

    /** Takes what is there to read, if anything. */
    void attend();

    /** Closes it. */
    void close();
  }

  private Descriptor(int fd, int wake, Companion companion) {
    this.fd = fd;
    this.wake = wake;
    this.companion = companion;
    waitFor(0, fd);
    waitFor(POLLFD, wake);
    waitFor(2 * POLLFD, companion.fd());
    one.host().putLong(0, 1);
  }

  private void waitFor(int at, int descriptor) {
    pollfds.host().putInt(at, descriptor).putShort(at + 4, POLLIN);
  }

  /** Takes over an open descriptor, also when this fails. */
  static Descriptor of(int fd) throws IOException {
    return of(fd, Companion.NONE);
  }

  /** Takes over an open descriptor and its companion, also when this fails. */
  static Descriptor of(int fd, Companion companion) throws IOException {
    int wake = Libc.eventfd(0, Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    if (wake < 0) {
      int errno = Libc.errno();
      Libc.close(fd);
      companion.close();
      throw Errno.failure("making an eventfd", errno);
    }
    return new Descriptor(fd, wake, companion);
  }

  /** Returns the number, for use between {@link #acquire} and {@link #release}. */
  int fd() {
    return fd;
  }

  /** Enters a use; false if the descriptor is closed. */
  boolean acquire() {
    int now;
    do {
      now = users.get();
      if (closing || now == 0) {
        return false;
      }
    } while (!users.compareAndSet(now, now + 1));
    return true;
  }

  /** Leaves a use. */
  void release() {
    if (users.decrementAndGet() == 0) {
      Libc.close(fd);
      Libc.close(wake);
      companion.close();
      gone.countDown();
    }
  }

  /** Waits until there is something to read; false if the descriptor is being closed. */
  boolean awaitReadable() throws IOException {
    while (!closing) {
      int ready = Libc.poll(pollfds.address(), 3, -1);
      int errno = Libc.errno();
      if (ready < 0 && errno != Errno.EINTR) {
        throw Errno.failure("waiting for packets", errno);
      }
      if (ready > 0 && happened(2 * POLLFD)) {
        companion.attend();
      }
      if (ready > 0 && happened(0)) {
        return !closing;
      }
    }
    return false;
  }

  private boolean happened(int at) {
    return pollfds.host().getShort(at + 6) != 0;
  }

  /** Attends to the companion without waiting, for a thread that never has to wait. */
  void attend() {
    companion.attend();
  }

  /** Wakes the waiting thread and closes; returns once the kernel has let go, or after a second. */
  void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    Libc.write(wake, one.address(), 8);
    Reference.reachabilityFence(one);
    release();
    try {
      gone.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
