package org.culvert.netdev.linux;

import java.io.IOException;
import org.culvert.api.netdev.FilterWatcher;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.netdev.PacketFilters;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Tells of the tables of nf_tables, in the network namespace of the thread that asks for it. */
@Component
public final class LinuxPacketFilters implements PacketFilters {
  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxPacketFilters() {}

  @Override
  public Watch watch(FilterWatcher watcher) throws IOException {
    Libc.load();
    return LinuxFilterWatch.begin(
        new LinuxFilterWatch.Reader() {
          @Override
          public void table(String table, boolean gone, int by) {
            if (gone) {
              watcher.gone(table);
            } else {
              watcher.changed(table);
            }
          }

          @Override
          public void missed() {
            watcher.everything();
          }
        });
  }
}
