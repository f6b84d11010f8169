package org.culvert.api.log;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.culvert.api.net.IpAddresses;

/**
 * Writes the addresses that users come from, wherever a log or a list of what has happened shows
 * them: as they are, unless the operator wants something else in their place.
 *
 * <p>There is one form for the whole process, as there is one log. Safe for use by many threads.
 */
public final class UserAddresses {
  /** The one set last is in force; guarded by its own lock. */
  private static final Deque<Function<InetAddress, String>> FORMS = new ArrayDeque<>();

  private static volatile Function<InetAddress, String> form = IpAddresses::text;

  private UserAddresses() {}

  /** Ends the form that was set; a second time does nothing. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Has addresses written in another form until the registration is closed.
   *
   * @param other writes an address, without spaces; called on any thread
   */
  public static Registration in(Function<InetAddress, String> other) {
    // A registration of its own, though the same form be set twice.
    Function<InetAddress, String> own = other::apply;
    synchronized (FORMS) {
      FORMS.push(own);
      form = own;
    }
    return () -> {
      synchronized (FORMS) {
        FORMS.remove(own);
        form = FORMS.isEmpty() ? IpAddresses::text : FORMS.peek();
      }
    };
  }

  /** Writes an address. */
  public static String text(InetAddress address) {
    return form.apply(address);
  }

  /** Writes an address and its port, if it has one. */
  public static String text(InetSocketAddress endpoint) {
    return IpAddresses.text(text(endpoint.getAddress()), endpoint.getPort());
  }
}
