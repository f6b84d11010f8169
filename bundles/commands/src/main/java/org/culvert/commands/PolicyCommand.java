package org.culvert.commands;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.security.sasl.SaslServerFactory;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.SaslProperties;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.InvalidSyntaxException;

/** What the commands that set how a user may authenticate share. */
abstract class PolicyCommand extends UserCommand {
  @Option(
      name = "--mechanisms",
      description = "The only SASL mechanisms allowed, separated by commas; any: no restriction")
  @Nullable String mechanisms;

  @Option(name = "--tls-only", description = "Let the user in over TLS only")
  boolean tlsOnly;

  @Option(name = "--no-tls-only", description = "Let the user in with or without TLS")
  boolean noTlsOnly;

  @Option(
      name = "--digest",
      description = "Keep what DIGEST-MD5 needs, for old clients; it is as good as the password")
  boolean digest;

  @Option(name = "--no-digest", description = "Forget what DIGEST-MD5 needs")
  boolean noDigest;

  @Option(
      name = "--groups",
      description = "The groups that the user is in, separated by commas; none: in no group")
  @Nullable String groups;

  @Option(
      name = "--lifetime",
      description =
          "Minutes that the user's tunnels live unless he asks again, whatever flows;"
              + " broker: as the broker's configuration says")
  @Nullable String lifetime;

  /** Returns settings with what the options say. */
  final AccountSettings apply(AccountSettings settings) throws CommandException {
    if ((digest && noDigest) || (tlsOnly && noTlsOnly)) {
      throw refusal("Two options contradict each other.", "Leave one of them out.");
    }
    refuseEmpty("--mechanisms", mechanisms, "Write any for no restriction, or names.");
    refuseEmpty("--groups", groups, "Write none to take the user out of all groups, or names.");
    refuseEmpty("--lifetime", lifetime, "Write minutes, or broker for what the broker has.");
    AccountPolicy before = settings.policy();
    Set<String> names = before.mechanisms();
    if ("any".equalsIgnoreCase(mechanisms)) {
      names = Set.of();
    } else if (mechanisms != null) {
      names =
          Set.copyOf(new TreeSet<>(List.of(mechanisms.toUpperCase(Locale.ROOT).split(",", -1))));
    }
    Set<String> in = settings.groups();
    if ("none".equalsIgnoreCase(groups)) {
      in = Set.of();
    } else if (groups != null) {
      in = Set.copyOf(new TreeSet<>(List.of(groups.split(",", -1))));
    }
    return settings
        .groups(in)
        .lifetime(lifetime(settings))
        .digestMd5(digest || (settings.digestMd5() && !noDigest))
        .policy(new AccountPolicy(names, tlsOnly || (before.tlsOnly() && !noTlsOnly)));
  }

  private static void refuseEmpty(String option, @Nullable String value, String remedy)
      throws CommandException {
    if (value != null && value.isBlank()) {
      throw refusal("The value of " + option + " is empty.", remedy);
    }
  }

  private Optional<Duration> lifetime(AccountSettings settings) throws CommandException {
    if (lifetime == null) {
      return settings.lifetime();
    }
    if (lifetime.equalsIgnoreCase("broker")) {
      return Optional.empty();
    }
    if (!lifetime.matches("[1-9][0-9]{0,6}")) {
      throw refusal(
          Text.safe(lifetime) + " is no lifetime.", "Write minutes, or broker. Try: --lifetime 60");
    }
    return Optional.of(Duration.ofMinutes(Integer.parseInt(lifetime)));
  }

  final boolean isPolicyGiven() {
    return digest
        || noDigest
        || tlsOnly
        || noTlsOnly
        || mechanisms != null
        || groups != null
        || lifetime != null;
  }

  /** Tells which tunnels keep what the user had, as long as nobody asks for them again. */
  final List<String> keeping(UserTunnels tunnels, AccountSettings settings) {
    return tunnels.told(
        lease -> !lease.grant().equals(settings.grant()),
        lease -> "keeps its groups and lifetime until its client asks again");
  }

  /** Says what will surprise: a mechanism that no bundle has. */
  final void remark(PrintStream out, AccountSettings settings) {
    Set<String> absent = new TreeSet<>(settings.policy().mechanisms());
    absent.removeAll(offered());
    if (!absent.isEmpty() && !json) {
      out.println("Note: no bundle offers " + Text.safe(String.join(", ", absent)) + " now.");
    }
  }

  private Set<String> offered() {
    try {
      return context.getServiceReferences(SaslServerFactory.class, null).stream()
          .map(reference -> reference.getProperty(SaslProperties.MECHANISM))
          .flatMap(PolicyCommand::names)
          .collect(Collectors.toSet());
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  private static Stream<String> names(Object property) {
    if (property instanceof String[] several) {
      return Stream.of(several);
    }
    return property instanceof Collection<?> several
        ? several.stream().map(Object::toString)
        : Stream.of(String.valueOf(property));
  }
}
