package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.PrefixReservation;

/** Lists the prefixes that are kept for users. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "reservations",
    description = "List the prefixes reserved for users and who has them")
public final class ReservationsCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = listing();
    broker().reservations().forEach(reservation -> listing.add(row(reservation)));
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("state", "prefix", "pool", "user");
  }

  static Map<String, Object> row(PrefixReservation reservation) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("user", reservation.user());
    row.put("prefix", reservation.prefix().toString());
    row.put("pool", reservation.pool());
    row.put("state", reservation.state().name().toLowerCase(Locale.ROOT));
    return row;
  }
}
