package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.PoolUse;

/** Lists the broker's pools with their use. */
@Service
@Command(scope = "culvert", name = "pools", description = "List the address pools and their use")
public final class PoolsCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = new Listing("purpose", "used", "capacity", "percent", "pool");
    for (PoolUse use : broker().pools()) {
      listing.add(row(use));
    }
    listing.print(out, json);
  }

  static Map<String, Object> row(PoolUse use) {
    boolean endless = use.capacity() == Long.MAX_VALUE;
    double percent = use.capacity() == 0 ? 0 : 100.0 * use.used() / use.capacity();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("purpose", use.purpose());
    row.put("pool", use.pool().toString());
    row.put("used", use.used());
    row.put("capacity", endless ? "2^63 or more" : use.capacity());
    row.put("percent", String.format(Locale.ROOT, "%.1f", percent));
    return row;
  }
}
