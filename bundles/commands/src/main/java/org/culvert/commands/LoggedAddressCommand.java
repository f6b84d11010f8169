package org.culvert.commands;

import java.io.PrintStream;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;

/** Tells how the log shows an address, so that its lines are found. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "logged-address",
    description = "Tell how the log shows an address that users come from")
public final class LoggedAddressCommand extends ShellCommand {
  private static final String REMEDY = "Write an IPv4 or IPv6 address.";

  @Argument(name = "address", description = "The address", multiValued = true)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Override
  void run(PrintStream out) throws CommandException {
    String text = argument("address", REMEDY);
    InetAddress address;
    try {
      address = IpAddresses.parse(text);
    } catch (IllegalArgumentException e) {
      throw refusal(Text.safe(text) + " is no address.", REMEDY);
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("address", IpAddresses.text(address));
    row.put("logged", UserAddresses.text(address));
    Listing.printOne(out, json, width, row);
  }
}
