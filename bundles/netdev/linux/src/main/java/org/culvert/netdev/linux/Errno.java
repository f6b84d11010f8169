package org.culvert.netdev.linux;

import java.io.IOException;
import org.culvert.api.netdev.SendRefusal;

/** Error numbers of Linux that are told apart here, and what they mean to an operator. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int EBADFD = 77;
  static final int EMSGSIZE = 90;
  static final int EPROTO = 71;
  static final int ENOPROTOOPT = 92;
  static final int EPROTONOSUPPORT = 93;
  static final int EOPNOTSUPP = 95;
  static final int EAFNOSUPPORT = 97;
  static final int EADDRINUSE = 98;
  static final int EADDRNOTAVAIL = 99;
  static final int ENETDOWN = 100;
  static final int ENETUNREACH = 101;
  static final int ENOBUFS = 105;
  static final int ECONNREFUSED = 111;
  static final int EHOSTDOWN = 112;
  static final int EHOSTUNREACH = 113;

  private Errno() {}

  /** Tells whether the operating system had no room for now. */
  static boolean isNoRoom(int errno) {
    return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
  }

  /**
   * Tells whether an error concerns one packet or one peer and not the descriptor: no route, a
   * firewall's veto, an unreachable report about an earlier packet.
   */
  static boolean isOfOnePacket(int errno) {
    return switch (errno) {
      case EPERM,
          EACCES,
          EINVAL,
          EMSGSIZE,
          EPROTO,
          ENOPROTOOPT,
          EOPNOTSUPP,
          EAFNOSUPPORT,
          EADDRNOTAVAIL,
          ENETDOWN,
          ENETUNREACH,
          ECONNREFUSED,
          EHOSTDOWN,
          EHOSTUNREACH ->
          true;
      default -> false;
    };
  }

  /**
   * Returns why a packet was not sent to its peer; {@link SendRefusal#NONE} where there was no room
   * for it, or it is too long to be sent whole.
   */
  static SendRefusal refusal(int errno) {
    return switch (errno) {
      case EAGAIN, ENOBUFS, ENOMEM, EMSGSIZE -> SendRefusal.NONE;
      case EPERM -> SendRefusal.FILTERED;
      case EACCES -> SendRefusal.PROHIBITED;
      case EINVAL -> SendRefusal.BLACKHOLE;
      case EHOSTUNREACH -> SendRefusal.HOST_UNREACHABLE;
      case ENETUNREACH -> SendRefusal.NO_ROUTE;
      case ENETDOWN -> SendRefusal.NETWORK_DOWN;
      case EADDRNOTAVAIL -> SendRefusal.NO_SOURCE;
      default -> SendRefusal.OTHER;
    };
  }

  /** Makes the exception for a call that failed; {@code doing} is the beginning of a sentence. */
  static IOException failure(String doing, int errno) {
    return new IOException(doing + " failed: " + text(errno));
  }

  /** The C library's texts follow the locale of the host, these do not. */
  static String text(int errno) {
    String meaning =
        switch (errno) {
          case EPERM -> "operation not permitted";
          case ENOENT -> "no such file";
          case ESRCH -> "not there";
          case EIO -> "input/output error";
          case EAGAIN -> "try again";
          case ENOMEM, ENOBUFS -> "out of memory";
          case EACCES -> "permission denied";
          case EBUSY -> "in use";
          case EEXIST -> "exists already";
          case ENODEV -> "no such device";
          case EINVAL -> "invalid argument";
          case EBADFD -> "the device was removed";
          case EMSGSIZE -> "too long";
          case EPROTONOSUPPORT -> "protocol not supported by this kernel";
          case EOPNOTSUPP -> "not supported by this kernel";
          case EAFNOSUPPORT -> "address family not supported by this kernel";
          case EADDRINUSE -> "address in use";
          case EADDRNOTAVAIL -> "address not on this host";
          case ENETDOWN -> "network is down";
          case ENETUNREACH -> "network unreachable";
          case EHOSTUNREACH -> "host unreachable";
          default -> "";
        };
    return meaning.isEmpty() ? "errno " + errno : meaning + " (errno " + errno + ")";
  }
}
