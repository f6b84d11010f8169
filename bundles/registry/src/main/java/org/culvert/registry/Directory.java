package org.culvert.registry;

import java.util.Locale;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Answers queries within the operator's policy on what is told of users. */
final class Directory {
  private final Settings settings;
  private final Assignments assignments;

  Directory(Settings settings, Assignments assignments) {
    this.settings = settings;
    this.assignments = assignments;
  }

  /** What was found. */
  sealed interface Found {
    /**
     * A network, with no more of its holder than may be told.
     *
     * @param assignment the network
     */
    record Network(Assignment assignment) implements Found {}

    /**
     * A contact.
     *
     * @param handle the nic-handle
     * @param name the name to tell
     * @param isOperator whether it is the operator's own
     * @param mailbox where to write about abuse
     */
    record Contact(String handle, String name, boolean isOperator, Optional<String> mailbox)
        implements Found {}

    /** Nothing. */
    record Nothing() implements Found {}
  }

  Settings settings() {
    return settings;
  }

  /** Finds the network of an address or prefix. */
  Found network(IpPrefix asked) {
    return assignments
        .holding(asked)
        .<Found>map(assignment -> new Found.Network(told(assignment)))
        .orElseGet(Found.Nothing::new);
  }

  /** Finds a contact by its nic-handle, in any case. */
  Found contact(String text) {
    String handle = text.toUpperCase(Locale.ROOT);
    if (handle.equals(settings.contact())) {
      return new Found.Contact(handle, settings.organisation(), true, settings.abuseMailbox());
    }
    if (settings.show() == Settings.Show.NONE || !NicHandles.isValid(handle)) {
      return new Found.Nothing();
    }
    return assignments
        .of(handle)
        .<Found>map(found -> new Found.Contact(handle, name(found), false, Optional.empty()))
        .orElseGet(Found.Nothing::new);
  }

  /** Reads an address or a prefix, whose host bits are ignored; empty if it is neither. */
  static Optional<IpPrefix> prefix(String text) {
    int slash = text.indexOf('/');
    try {
      if (slash < 0) {
        return Optional.of(IpPrefix.host(IpAddresses.parse(text)));
      }
      String length = text.substring(slash + 1);
      return length.matches("[0-9]{1,3}")
          ? Optional.of(
              IpPrefix.containing(
                  IpAddresses.parse(text.substring(0, slash)), Integer.parseInt(length)))
          : Optional.empty();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private Assignment told(Assignment all) {
    return switch (settings.show()) {
      case USER -> all;
      case HANDLE, NONE ->
          new Assignment(
              all.prefix(),
              all.holder().map(user -> ""),
              settings.show() == Settings.Show.NONE ? Optional.empty() : all.handle(),
              all.since());
    };
  }

  private String name(Assignment assignment) {
    return settings.show() == Settings.Show.USER
        ? Printable.of(assignment.holder().orElse(""))
        : "Holder of an assigned prefix";
  }
}
