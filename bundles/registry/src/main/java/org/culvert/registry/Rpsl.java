package org.culvert.registry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.culvert.api.net.IpPrefix;

/** Writes answers as objects of RPSL (RFC 2622 section 2, RFC 4012), as whois shows them. */
final class Rpsl {
  private static final int COLUMN = 16;
  private static final String END = "\r\n";

  private final Settings settings;

  Rpsl(Settings settings) {
    this.settings = settings;
  }

  String network(Assignment assignment) {
    StringBuilder object = new StringBuilder();
    IpPrefix prefix = assignment.prefix();
    line(object, "inet6num", prefix.toString());
    line(object, "netname", assignment.name(settings.source()));
    line(
        object,
        "descr",
        assignment.isOwn()
            ? settings.organisation()
            : "Assigned to a user of " + settings.organisation());
    assignment
        .holder()
        .filter(user -> !user.isEmpty())
        .ifPresent(user -> line(object, "descr", "User " + Printable.of(user)));
    line(object, "country", settings.country());
    line(object, "admin-c", assignment.handle().orElse(settings.contact()));
    line(object, "tech-c", settings.contact());
    line(object, "status", assignment.status());
    line(object, "mnt-by", settings.source() + "-MNT");
    assignment.since().ifPresent(since -> line(object, "created", time(since)));
    line(object, "source", settings.source());
    return object.toString();
  }

  String contact(Directory.Found.Contact contact) {
    StringBuilder object = new StringBuilder();
    line(object, contact.isOperator() ? "role" : "person", contact.name());
    contact.mailbox().ifPresent(address -> line(object, "abuse-mailbox", address));
    line(object, "nic-hdl", contact.handle());
    line(object, "mnt-by", settings.source() + "-MNT");
    line(object, "source", settings.source());
    return object.toString();
  }

  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static void line(StringBuilder object, String name, String value) {
    object.append(name).append(':');
    object.append(" ".repeat(COLUMN - name.length() - 1)).append(value).append(END);
  }
}
