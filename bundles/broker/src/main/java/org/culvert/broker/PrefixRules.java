package org.culvert.broker;

import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/** Which requests for a prefix are worth looking for one (RFC 5572 section 4.7.2). */
final class PrefixRules {
  private PrefixRules() {}

  /**
   * Returns the length to look for; empty if no router was asked for.
   *
   * @throws TspException with 504, 518, 520 or 522
   */
  static Optional<Integer> wantedLength(
      Settings settings, Identity identity, Family family, Optional<RouterRequest> request) {
    if (request.isEmpty()) {
      return Optional.empty();
    }
    RouterRequest router = request.get();
    if (family == Family.IPV4) {
      throw new TspException(StatusCode.ROUTER_NOT_SUPPORTED, "only IPv6 prefixes are delegated");
    }
    if (settings.pools().delegation().isEmpty()) {
      throw new TspException(StatusCode.ROUTER_NOT_SUPPORTED, "no delegation pool is configured");
    }
    if (identity.anonymous()) {
      throw new TspException(StatusCode.PREFIX_FOR_ANONYMOUS, "anonymous user asks for a prefix");
    }
    Settings.Lengths lengths = settings.lengths();
    int length =
        router.prefixLength().isPresent()
            ? router.prefixLength().getAsInt()
            : lengths
                .unnamed()
                .orElseThrow(
                    () ->
                        new TspException(
                            StatusCode.MISSING_PREFIX_LENGTH, "router without a prefix length"));
    if (length < lengths.min() || length > lengths.max()) {
      throw new TspException(
          StatusCode.UNSUPPORTED_PREFIX_LENGTH,
          "/" + length + " is not in /" + lengths.min() + " to /" + lengths.max());
    }
    return Optional.of(length);
  }
}
