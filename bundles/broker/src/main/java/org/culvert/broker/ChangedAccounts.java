package org.culvert.broker;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator which tunnels a change of an account has not reached: a tunnel keeps the
 * groups and the lifetime that it was accepted with until its client asks again, and stands until
 * its time is over where its user was locked out. One line for each tunnel and each change, with
 * the command that ends the tunnel.
 *
 * <p>The accounts are looked through when a store has learned of a change, see {@link
 * CredentialStore#changes}. For the broker's thread.
 */
final class ChangedAccounts {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  /** A change of thousands of lines is told by its first ones and a number. */
  private static final int MOST_LINES = 50;

  private static final int SHORT_ID = 8;

  private final Ledger ledger;
  private final GrantLookup accounts;

  /** What was told of a lease last, by its id. */
  private final Map<String, String> told = new HashMap<>();

  /** The owners of tunnels who had an account when it was looked for last. */
  private final Set<String> known = new HashSet<>();

  private long seen;
  private List<CredentialStore> stores = List.of();
  private boolean looking;

  ChangedAccounts(Ledger ledger, GrantLookup accounts) {
    this.ledger = ledger;
    this.accounts = accounts;
  }

  /** Takes note of a tunnel's beginning: whom a certificate names may have no account. */
  void begins(Lease lease) {
    if (!lease.anonymous() && accounts.changes() > 0) {
      ledger
          .here(accounts.all(Set.of(lease.owner())))
          .thenAccept(found -> note(found, lease.owner()));
    }
  }

  private void note(Map<String, Optional<Account>> found, String user) {
    if (found.getOrDefault(user, Optional.empty()).isPresent()) {
      known.add(user);
    }
  }

  /** Looks whether accounts have changed, and then what that means for tunnels. */
  void sweep() {
    long changes = accounts.changes();
    if (!stores.equals(accounts.stores())) {
      // Who is unknown now may be known to a store that comes back.
      known.clear();
      stores = accounts.stores();
      seen = 0;
    }
    if (looking || changes == seen) {
      return;
    }
    List<CredentialStore> asked = stores;
    looking = true;
    Set<String> owners = standing().stream().map(Lease::owner).collect(Collectors.toSet());
    ledger
        .here(accounts.all(owners))
        .whenComplete(
            (found, failure) -> {
              looking = false;
              if (failure != null) {
                LOG.debug("Accounts cannot be looked through", failure);
              } else if (asked.equals(stores) && asked.equals(accounts.stores())) {
                seen = changes;
                compare(found);
              }
            });
  }

  private List<Lease> standing() {
    return ledger.book().all().stream()
        .filter(lease -> lease.state() == State.ACTIVE && !lease.anonymous())
        .toList();
  }

  private void compare(Map<String, Optional<Account>> found) {
    List<Lease> leases = standing();
    told.keySet().retainAll(leases.stream().map(Lease::id).collect(Collectors.toSet()));
    known.retainAll(leases.stream().map(Lease::owner).collect(Collectors.toSet()));
    int lines = 0;
    for (Lease lease : leases) {
      Optional<Account> account = found.get(lease.owner());
      if (account != null && tells(lease, account) && ++lines <= MOST_LINES) {
        LifeLog.event(
            lease,
            told.get(lease.id())
                + (account.filter(Account::enabled).isPresent() ? "" : end(lease))
                + "; to end it now: culvert:tunnel-delete "
                + lease.id().substring(0, Math.min(SHORT_ID, lease.id().length())));
      }
    }
    if (lines > MOST_LINES) {
      LOG.info(
          "{} more tunnels keep what they had, though their accounts have changed",
          lines - MOST_LINES);
    }
    known.removeAll(found.keySet());
    found.keySet().forEach(user -> note(found, user));
  }

  /** Notes what is to be told of a lease; true if that is new. */
  private boolean tells(Lease lease, Optional<Account> account) {
    String news = news(lease, account);
    if (news.isEmpty()) {
      told.remove(lease.id());
      return false;
    }
    return !news.equals(told.put(lease.id(), news));
  }

  private String news(Lease lease, Optional<Account> account) {
    if (account.isEmpty()) {
      // Whom a certificate names needs no account.
      String before = told.getOrDefault(lease.id(), "");
      return known.contains(lease.owner()) ? "its account was removed" : before;
    }
    if (!account.get().enabled()) {
      return "its account was disabled";
    }
    Grant grant = account.get().grant();
    return grant.equals(lease.grant())
        ? ""
        : "its account has %s now, and it keeps %s until its client asks again"
            .formatted(text(grant), text(lease.grant()));
  }

  private static String end(Lease lease) {
    return "; it stands until %s at most and is not prolonged then"
        .formatted(lease.expires().truncatedTo(ChronoUnit.SECONDS));
  }

  private static String text(Grant grant) {
    String groups =
        grant.groups().isEmpty()
            ? "no group"
            : "the groups " + LifeLog.printable(String.join(",", new TreeSet<>(grant.groups())));
    return groups
        + grant
            .lifetime()
            .map(Duration::toMinutes)
            .map(minutes -> " and a lifetime of " + minutes + " min")
            .orElse(" and the broker's lifetime");
  }
}
