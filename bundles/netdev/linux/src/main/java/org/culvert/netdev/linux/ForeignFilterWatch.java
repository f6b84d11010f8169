package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.Optional;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.NetworkDevices.Watch;

/** Tells a watcher of devices of what others change in packet filters, too. */
final class ForeignFilterWatch implements LinuxFilterWatch.Reader {
  private final DeviceWatcher watcher;

  private ForeignFilterWatch(DeviceWatcher watcher) {
    this.watcher = watcher;
  }

  /** Begins to listen beside another watch; where the kernel has no nf_tables, that goes alone. */
  static Watch with(DeviceWatcher watcher, Watch devices) {
    Watch filters;
    try {
      filters = LinuxFilterWatch.begin(new ForeignFilterWatch(watcher));
    } catch (IOException e) {
      return devices;
    }
    return () -> {
      filters.close();
      devices.close();
    };
  }

  @Override
  public void table(String table, boolean gone, int by) {
    if (!FilterTable.isOurs(table)) {
      watcher.rival(Optional.empty());
    }
  }

  @Override
  public void missed() {
    watcher.rival(Optional.empty());
  }
}
