package org.culvert.broker;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/** Which requests for a prefix are worth looking for one (RFC 5572 section 4.7.2). */
final class PrefixRules {
  private PrefixRules() {}

  /**
   * Returns what to look for; empty if no router was asked for.
   *
   * @param groups the groups that the user's account is in
   * @throws TspException with 504 or 522
   */
  static Optional<PrefixWish> wish(
      List<PrefixPolicy> policies,
      Identity identity,
      Set<String> groups,
      TunnelProfile profile,
      Optional<RouterRequest> request) {
    if (request.isEmpty()) {
      return Optional.empty();
    }
    if (Family.of(profile.inner()) == Family.IPV4) {
      throw new TspException(StatusCode.ROUTER_NOT_SUPPORTED, "only IPv6 prefixes are delegated");
    }
    if (policies.isEmpty()) {
      throw new TspException(StatusCode.ROUTER_NOT_SUPPORTED, "no delegation pool is configured");
    }
    PrefixWish wish =
        new PrefixWish(identity, groups, profile.type(), request.get().prefixLength());
    if (identity.anonymous() && policies.stream().noneMatch(policy -> policy.serves(wish))) {
      throw new TspException(StatusCode.PREFIX_FOR_ANONYMOUS, "anonymous user asks for a prefix");
    }
    return Optional.of(wish);
  }
}
