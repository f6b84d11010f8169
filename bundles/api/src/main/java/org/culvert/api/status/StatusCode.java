package org.culvert.api.status;

import java.util.Arrays;
import java.util.Optional;

/**
 * The status codes of draft-blanchet-v6ops-tunnelbroker-tsp-00 section 5 and of RFC 5572 section 9.
 *
 * <p>The two documents give 506 two meanings, of which the RFC's stands here beside one of our own,
 * and 502 two, which are two codes here. A code with a referral list is 1000 higher on the wire;
 * that addition is made by the codec and nowhere else.
 */
public enum StatusCode {
  /** The request succeeded. The text must be exactly this: one old client compares it. */
  SUCCESS(200, "Success"),
  /** Wrong user, password or mechanism. */
  AUTHENTICATION_FAILED(300, "Authentication failed"),
  /** The broker has reached its limit of tunnels. */
  NO_MORE_TUNNELS(301, "No more tunnels available"),
  /** The version that the client announced is not spoken here. */
  UNSUPPORTED_VERSION(302, "Unsupported client version"),
  /** The tunnel type is unknown, not installed, or impossible on this path. */
  UNSUPPORTED_TUNNEL_TYPE(303, "Unsupported tunnel type"),
  /** No endpoint address is left (draft only). */
  ADDRESS_POOL_EXHAUSTED(306, "Address pool exhausted"),
  /** There are no addresses for anonymous users (ours, with the number above). */
  ADDRESS_FOR_ANONYMOUS(306, "Anonymous users get no tunnel here"),
  /** The tunnel server could not set the tunnel up (draft only). */
  ENDPOINT_CONFIGURATION_ERROR(307, "Configuration error at the tunnel endpoint"),
  /** A certain address was asked for and is taken (draft only). */
  ADDRESS_UNAVAILABLE(308, "Requested address unavailable"),
  /** An IPv6 address could not be read or may not be used (draft only; the RFC has 502). */
  INVALID_IPV6_ADDRESS_OF_DRAFT(309, "Invalid IPv6 address"),
  /** The broker failed; the client is not to blame (RFC only). */
  SERVER_ERROR(310, "Server side error"),
  /** The request could not be read (RFC only). */
  INVALID_REQUEST(500, "Invalid request format or specified length"),
  /** The client's IPv4 address is missing, could not be read or may not be used. */
  INVALID_IPV4_ADDRESS(501, "Invalid IPv4 address"),
  /** An IPv6 address could not be read or may not be used. */
  INVALID_IPV6_ADDRESS(502, "Invalid IPv6 address"),
  /** The name asked for may not be had, or somebody has it (draft only, with the number above). */
  INVALID_NAME(502, "Invalid or duplicate nicname"),
  /** The service delegates no prefixes (draft only). */
  ROUTER_NOT_SUPPORTED(504, "Router function not supported"),
  /** Another tunnel has the same pair of outer addresses. */
  ADDRESS_IN_USE(506, "IPv4 address already used for an existing tunnel"),
  /** Another host uses the same account and has its tunnel (ours, with the number above). */
  ACCOUNT_IN_USE(506, "Account already used by another host with an existing tunnel"),
  /** The prefix length is valid but cannot be given to this user. */
  PREFIX_UNAVAILABLE(507, "Requested prefix length cannot be assigned"),
  /** The reverse zone could not be delegated (draft only). */
  DNS_DELEGATION_ERROR(509, "DNS delegation setup error"),
  /** The command is not allowed in this state (draft only). */
  PROTOCOL_ERROR(514, "Protocol error"),
  /** The routing protocol is unknown or not installed (draft only). */
  UNSUPPORTED_ROUTER_PROTOCOL(517, "Unsupported router protocol"),
  /** The prefix length lies outside what this service hands out (draft only). */
  UNSUPPORTED_PREFIX_LENGTH(518, "Unsupported prefix length"),
  /** A router was asked for without a prefix length (draft only). */
  MISSING_PREFIX_LENGTH(520, "Missing prefix length"),
  /** An earlier request of this client is still being processed (RFC only). */
  REQUEST_PENDING(521, "Request already in progress"),
  /** A prefix was asked for without an account (seen in the field only). */
  PREFIX_FOR_ANONYMOUS(522, "Prefix requested for an anonymous user"),
  /** The broker is overloaded; ask again later (RFC only). */
  SERVER_BUSY(530, "Server too busy");

  private final int number;
  private final String text;

  StatusCode(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** Returns the number on the wire, without a referral's 1000. */
  public int number() {
    return number;
  }

  /** Returns the text that follows the number on the wire. */
  public String text() {
    return text;
  }

  /** Finds the code of a number below 1000; of two with one number, the RFC's. */
  public static Optional<StatusCode> of(int number) {
    return Arrays.stream(values()).filter(code -> code.number == number).findFirst();
  }
}
