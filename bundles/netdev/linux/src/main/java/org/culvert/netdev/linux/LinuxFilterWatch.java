package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.culvert.api.netdev.NetworkDevices.Watch;

/**
 * Hears what the kernel announces about its packet filter (nf_tables), and passes on what became of
 * each table by one act: the kernel announces an act's changes in order, and then that it is over.
 */
final class LinuxFilterWatch implements AnnouncementThread.Listener {
  /** {@code NFNLGRP_NFTABLES}, as a bit. */
  private static final int GROUP = Announcements.group(7);

  /** What a flush of many rules fills. */
  private static final int BACKLOG = 8 << 20;

  private static final int SUBSYSTEM = 10;
  private static final int NFT_MSG_NEWTABLE = 0;
  private static final int NFT_MSG_DELTABLE = 2;
  private static final int NFT_MSG_NEWGEN = 15;
  private static final int NFT_MSG_DESTROYTABLE = 26;
  private static final int NFGENMSG = 4;

  /** Of tables, and of all that is in one, this names the table. */
  private static final int NFTA_TABLE = 1;

  /** In a message's header: the netlink port of whose act it was, which is a process's id. */
  private static final int PORT = 12;

  private final Reader reader;

  /** What the act that is being told of has done so far, by table. */
  private final Map<String, Change> act = new LinkedHashMap<>();

  private record Change(boolean gone, int by) {}

  /** Is told, by the thread that listens. */
  interface Reader {
    /**
     * A table was changed.
     *
     * @param gone whether it is no more
     * @param by the process that did it; another number if that one has several sockets
     */
    void table(String table, boolean gone, int by);

    /** Something was missed. */
    void missed();
  }

  private LinuxFilterWatch(Reader reader) {
    this.reader = reader;
  }

  /** Begins to listen in the network namespace of the calling thread. */
  static Watch begin(Reader reader) throws IOException {
    return AnnouncementThread.begin(
        LinuxFilterWatch::open, "culvert-filter-watch", new LinuxFilterWatch(reader));
  }

  private static Descriptor open() throws IOException {
    SocketFilter all = new SocketFilter(1).accept(Announcements.BUFFER);
    return Descriptor.of(Announcements.open(Netlink.NETFILTER, GROUP, all, BACKLOG));
  }

  @Override
  public void begun() {
    act.clear();
  }

  @Override
  public void heard(ByteBuffer message) {
    int type = message.getShort(4) & 0xFFFF;
    if (type >> 8 != SUBSYSTEM) {
      return;
    }
    int what = type & 0xFF;
    if (what == NFT_MSG_NEWGEN) {
      Map<String, Change> over = new LinkedHashMap<>(act);
      act.clear();
      over.forEach((table, change) -> reader.table(table, change.gone(), change.by()));
      return;
    }
    message.position(NetlinkMessage.HEADER);
    String table = Attributes.after(message, NFGENMSG).text(NFTA_TABLE);
    boolean gone = what == NFT_MSG_DELTABLE || what == NFT_MSG_DESTROYTABLE;
    Change earlier = act.get(table);
    // A table goes after all that was in it; only a new one makes it be there again.
    boolean still = earlier != null && earlier.gone() && what != NFT_MSG_NEWTABLE;
    act.put(table, new Change(gone || still, message.getInt(PORT)));
  }

  @Override
  public void missed() {
    reader.missed();
  }
}
