package org.culvert.dns.update;

import java.util.Locale;
import java.util.Optional;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.xbill.DNS.Name;

/**
 * Decides what a user's tunnel is called. The name is made of the user; what the client wishes is
 * put in front of it at most, so that no client can take a name that another user would get.
 */
final class NamePolicy {
  private static final int LONGEST_WISH = 253;

  private final NameTemplate accounts;
  private final Optional<NameTemplate> anonymous;
  private final boolean wishes;
  private final UserLabels labels;
  private final KeyedHash hash;

  /**
   * @param accounts names of users with an account
   * @param anonymous names of users without; empty: they get none
   * @param wishes whether a client may choose a label in front of its user's name
   */
  NamePolicy(
      NameTemplate accounts,
      Optional<NameTemplate> anonymous,
      boolean wishes,
      UserLabels labels,
      KeyedHash hash) {
    this.accounts = accounts;
    this.anonymous = anonymous;
    this.wishes = wishes;
    this.labels = labels;
    this.hash = hash;
  }

  /**
   * Returns the name of a tunnel; empty: it gets none. Where the client cannot choose, what it
   * wishes is passed over: old clients say what they are called elsewhere, and want a tunnel all
   * the same.
   *
   * @throws TspException with 502 for a wish that is not granted
   */
  Optional<Name> name(String owner, boolean isAnonymous, Optional<String> wish) {
    Optional<Name> own = own(owner, isAnonymous);
    return wish.isEmpty() || isAnonymous || !wishes
        ? own
        : own.map(name -> wished(name, wish.get()));
  }

  private Optional<Name> own(String owner, boolean isAnonymous) {
    String word = hash.word("name", owner);
    return isAnonymous
        ? anonymous.map(template -> template.name("", word))
        : Optional.of(accounts.name(labels.label(owner), word));
  }

  private Name wished(Name own, String wish) {
    if (wish.length() > LONGEST_WISH) {
      throw refused("the wish is longer than any name");
    }
    String lower = wish.toLowerCase(Locale.ROOT);
    String text = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    String ownText = HostNames.text(own);
    if (text.equals(ownText) || text.equals(own.getLabelString(0))) {
      return own;
    }
    String label =
        text.endsWith("." + ownText)
            ? text.substring(0, text.length() - ownText.length() - 1)
            : text;
    if (!HostNames.isLabel(label) || label.length() > UserLabels.LONGEST) {
      throw refused("what is wished is no label of a host name in front of the user's own name");
    }
    if (label.startsWith("xn--") || labels.isReserved(label)) {
      throw refused("the label that is wished is reserved");
    }
    return HostNames.below(label, own);
  }

  private static TspException refused(String why) {
    return new TspException(StatusCode.INVALID_IPV6_ADDRESS, why);
  }
}
