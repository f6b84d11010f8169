package org.culvert.ssh;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.culvert.api.log.UserAddresses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs whose password the shell does not take: each source gets a line a minute, and all together
 * some; those without a line are counted in the next one. A name is told only if there is such a
 * user, for it may be a password in the wrong place. Safe for use by many threads.
 */
final class RefusedLogIns {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedLogIns.class);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final int SOURCES = 256;
  private static final int LINES_A_MINUTE = 30;

  private final ShellUsers users;
  private final LongSupplier nanos;

  /** When each source had its line, the oldest first; guarded by this object's lock, as all. */
  private final Map<InetAddress, Long> sources =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Long> eldest) {
          return size() > SOURCES;
        }
      };

  private long minute;
  private int lines;
  private long untold;

  /** Takes a clock that never jumps. */
  RefusedLogIns(ShellUsers users, LongSupplier nanos) {
    this.users = users;
    this.nanos = nanos;
    this.minute = nanos.getAsLong();
  }

  /** Returns an authenticator that answers as another, and has its refusals logged. */
  PasswordAuthenticator around(PasswordAuthenticator other) {
    return new PasswordAuthenticator() {
      @Override
      public boolean authenticate(String user, String password, ServerSession session) {
        boolean passes = other.authenticate(user, password, session);
        if (!passes) {
          refused(user, session);
        }
        return passes;
      }

      @Override
      public boolean handleClientPasswordChangeRequest(
          ServerSession session, String user, String old, String next) {
        return other.handleClientPasswordChangeRequest(session, user, old, next);
      }
    };
  }

  private void refused(String user, ServerSession session) {
    if (!(session.getClientAddress() instanceof InetSocketAddress from)) {
      return;
    }
    synchronized (this) {
      if (!hasLine(from.getAddress())) {
        untold++;
        return;
      }
      LOG.info(
          "refused: {}, {} over SSH, password: wrong{}; users of the shell stand in {}",
          users.has(user) ? "user " + user : "a name that no user has",
          UserAddresses.text(from),
          untold == 0 ? "" : ", and " + untold + " more since the last such line",
          users.file());
      untold = 0;
    }
  }

  private boolean hasLine(InetAddress source) {
    long now = nanos.getAsLong();
    if (now - minute >= MINUTE) {
      minute = now;
      lines = 0;
    }
    Long last = sources.get(source);
    if (lines >= LINES_A_MINUTE || (last != null && now - last < MINUTE)) {
      return false;
    }
    lines++;
    sources.remove(source);
    sources.put(source, now);
    return true;
  }
}
