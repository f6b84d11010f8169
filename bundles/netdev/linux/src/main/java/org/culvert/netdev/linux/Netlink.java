package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A conversation with the kernel about its tables, for one thread.
 *
 * <p>It belongs to the network namespace of the thread that opened it.
 */
final class Netlink implements AutoCloseable {
  static final int NLM_F_REQUEST = 0x1;
  static final int NLM_F_ACK = 0x4;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_DUMP = 0x300;
  static final int NLM_F_CREATE = 0x400;
  static final int NLM_F_APPEND = 0x800;

  /** The family of links, addresses and routes. */
  static final int ROUTE = 0;

  /** The family of sockets. */
  static final int SOCK_DIAG = 4;

  /** The family of packet filters. */
  static final int NETFILTER = 12;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_CAP_ACK = 10;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int NETLINK_GET_STRICT_CHK = 12;

  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLM_F_ACK_TLVS = 0x200;
  private static final int NLMSGERR = 20;
  private static final int NLMSGERR_ATTR_MSG = 1;

  /** All of a chunk's answers must fit the socket's receive buffer before we read the first. */
  private static final int CHUNK = 64;

  private static final int BUFFER = 64 << 10;

  private static final Answer DONE = new Answer(0, "");

  private final int fd;
  private final Block block = Block.of(BUFFER);
  private int sequence;

  /**
   * What the kernel answered to one request.
   *
   * @param errno 0 if it was done
   * @param detail what the kernel adds in words, empty if nothing
   */
  record Answer(int errno, String detail) {
    boolean isDone() {
      return errno == 0;
    }

    /** Makes the exception; {@code doing} is the beginning of a sentence. */
    IOException failure(String doing) {
      if (errno == Errno.EPERM) {
        return new IOException(
            doing
                + " needs CAP_NET_ADMIN: run as root or grant cap_net_admin"
                + " (systemd: AmbientCapabilities=CAP_NET_ADMIN)");
      }
      String more = detail.isEmpty() ? "" : ": " + detail;
      return new IOException(doing + " failed: " + Errno.text(errno) + more);
    }
  }

  private Netlink(int fd) {
    this.fd = fd;
  }

  /** Opens a conversation of one of the families above. */
  static Netlink open(int family) throws IOException {
    int fd = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
    if (fd < 0) {
      throw Errno.failure("opening a netlink socket", Libc.errno());
    }
    // Old kernels refuse these; answers are longer and wordless then.
    BatchedSocket.option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    BatchedSocket.option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    if (family == ROUTE) {
      // Only then the kernel leaves out of a list what was not asked for; 4.20 is the first.
      BatchedSocket.option(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    }
    return new Netlink(fd);
  }

  /** Makes one change, or throws; {@code doing} is the beginning of a sentence. */
  void change(NetlinkMessage request, String doing) throws IOException {
    Answer answer = change(List.of(request)).get(0);
    if (!answer.isDone()) {
      throw answer.failure(doing);
    }
  }

  /** Makes changes in order, many to a system call; each succeeds or fails for itself. */
  List<Answer> change(List<NetlinkMessage> requests) throws IOException {
    return change(requests, request -> request);
  }

  /** Does the same, and makes each request only when it is its turn, for there may be many. */
  <T> List<Answer> change(List<T> items, Function<T, NetlinkMessage> request) throws IOException {
    List<Answer> answers = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += CHUNK) {
      List<NetlinkMessage> chunk =
          items.subList(from, Math.min(items.size(), from + CHUNK)).stream().map(request).toList();
      int first = transmit(chunk);
      int wanted = answers.size() + chunk.size();
      while (answers.size() < wanted) {
        receive(first, message -> addAnswer(message, answers));
      }
    }
    return answers;
  }

  /** Lists what a dump request asks for; each message is read at the position of its fixed part. */
  void dump(NetlinkMessage request, Consumer<ByteBuffer> each) throws IOException {
    int first = transmit(List.of(request));
    boolean[] done = new boolean[1];
    List<Answer> errors = new ArrayList<>();
    while (!done[0] && errors.isEmpty()) {
      receive(
          first,
          message -> {
            int type = type(message);
            if (type == NLMSG_DONE) {
              done[0] = true;
            } else if (type == NLMSG_ERROR) {
              addAnswer(message, errors);
            } else {
              each.accept(message.position(NetlinkMessage.HEADER));
            }
          });
    }
    if (!errors.isEmpty()) {
      throw errors.get(0).failure("listing");
    }
  }

  /** Asks for one message; it is not read if the kernel answers that there is none. */
  void look(NetlinkMessage request, Consumer<ByteBuffer> answer) throws IOException {
    int first = transmit(List.of(request));
    boolean[] done = new boolean[1];
    while (!done[0]) {
      receive(
          first,
          message -> {
            done[0] = true;
            if (type(message) != NLMSG_ERROR) {
              answer.accept(message.position(NetlinkMessage.HEADER));
            }
          });
    }
  }

  private int transmit(List<NetlinkMessage> requests) throws IOException {
    int first = sequence + 1;
    ByteBuffer request = block.host().clear();
    for (NetlinkMessage message : requests) {
      message.writeTo(request, ++sequence);
    }
    long sent = Libc.send(fd, block.address(), request.position(), 0);
    int errno = Libc.errno();
    Reference.reachabilityFence(block);
    if (sent < 0) {
      throw Errno.failure("asking the kernel by netlink", errno);
    }
    return first;
  }

  /** Receives one datagram of messages; those of before request {@code first} are stale. */
  private void receive(int first, Consumer<ByteBuffer> each) throws IOException {
    long received = Libc.recv(fd, block.address(), BUFFER, 0);
    int errno = Libc.errno();
    Reference.reachabilityFence(block);
    if (received < 0) {
      if (errno == Errno.EINTR) {
        return;
      }
      throw Errno.failure("listening to the kernel by netlink", errno);
    }
    int at = 0;
    while (at + NetlinkMessage.HEADER <= received) {
      int length = block.host().getInt(at);
      if (length < NetlinkMessage.HEADER || at + length > received) {
        throw new IOException("the kernel sent a malformed netlink message");
      }
      if (block.host().getInt(at + 8) >= first) {
        each.accept(block.host().slice(at, length).order(block.host().order()));
      }
      at += NetlinkMessage.aligned(length);
    }
  }

  private static int type(ByteBuffer message) {
    return message.getShort(4) & 0xFFFF;
  }

  private static void addAnswer(ByteBuffer message, List<Answer> answers) {
    if (type(message) != NLMSG_ERROR) {
      return;
    }
    int errno = -message.getInt(NetlinkMessage.HEADER);
    answers.add(errno == 0 ? DONE : new Answer(errno, detail(message)));
  }

  private static String detail(ByteBuffer message) {
    if ((message.getShort(6) & NLM_F_ACK_TLVS) == 0) {
      return "";
    }
    int at = NetlinkMessage.HEADER + NLMSGERR;
    while (at + NetlinkMessage.ATTRIBUTE <= message.limit()) {
      int length = message.getShort(at) & 0xFFFF;
      if (length < NetlinkMessage.ATTRIBUTE || at + length > message.limit()) {
        break;
      }
      if (message.getShort(at + 2) == NLMSGERR_ATTR_MSG) {
        byte[] text = new byte[length - NetlinkMessage.ATTRIBUTE];
        message.get(at + NetlinkMessage.ATTRIBUTE, text);
        return new String(text, StandardCharsets.US_ASCII).replace("\0", "");
      }
      at += NetlinkMessage.aligned(length);
    }
    return "";
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
