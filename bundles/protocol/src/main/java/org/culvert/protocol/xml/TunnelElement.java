package org.culvert.protocol.xml;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.dataformat.xml.annotation.JacksonXmlProperty;
import com.fasterxml.jackson.dataformat.xml.annotation.JacksonXmlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root element, as it stands in the document: every attribute is text, nothing is required.
 *
 * <p>Elements that may stand several times have setters that add, so that they need not stand side
 * by side; of the others the last counts.
 */
final class TunnelElement {
  @JsonProperty private @Nullable String action;
  @JsonProperty private @Nullable String type;
  @JsonProperty private @Nullable String lifetime;
  @JsonProperty private @Nullable String proxy;
  @JsonProperty private @Nullable String mtu;
  @JsonProperty private PartyElement client = new PartyElement();
  @JsonProperty private PartyElement server = new PartyElement();
  private final List<PartyElement> brokers = new ArrayList<>();

  Optional<String> action() {
    return word(action);
  }

  Optional<String> type() {
    return word(type);
  }

  Optional<String> lifetime() {
    return word(lifetime);
  }

  Optional<String> mtu() {
    return word(mtu);
  }

  boolean proxy() {
    return word(proxy).filter("yes"::equals).isPresent();
  }

  PartyElement client() {
    return client;
  }

  PartyElement server() {
    return server;
  }

  List<PartyElement> brokers() {
    return brokers;
  }

  @JsonSetter("broker")
  private void addBroker(PartyElement broker) {
    brokers.add(broker);
  }

  /** Trims, and ignores case: two old clients disagree on it. */
  private static Optional<String> word(@Nullable String text) {
    return Optional.ofNullable(text)
        .map(given -> given.strip().toLowerCase(Locale.ROOT))
        .filter(given -> !given.isEmpty());
  }

  /** The element {@code client}, {@code server}, {@code broker} or {@code dns_server}. */
  static final class PartyElement {
    private final List<AddressElement> addresses = new ArrayList<>();
    @JsonProperty private @Nullable RouterElement router;
    @JsonProperty private @Nullable KeepaliveElement keepalive;

    @JsonProperty("dns_server")
    private @Nullable PartyElement dnsServer;

    List<AddressElement> addresses() {
      return addresses;
    }

    Optional<RouterElement> router() {
      return Optional.ofNullable(router);
    }

    Optional<KeepaliveElement> keepalive() {
      return Optional.ofNullable(keepalive);
    }

    List<AddressElement> dnsServers() {
      return dnsServer == null ? List.of() : dnsServer.addresses;
    }

    @JsonSetter("address")
    private void addAddress(AddressElement address) {
      addresses.add(address);
    }
  }

  /** The element {@code address}. */
  static final class AddressElement {
    @JacksonXmlProperty(isAttribute = true)
    private @Nullable String type;

    @JacksonXmlProperty(isAttribute = true)
    private @Nullable String length;

    @JacksonXmlText private @Nullable String text;

    Optional<String> length() {
      return word(length);
    }

    String type() {
      return word(type).orElse("");
    }

    String text() {
      return word(text).orElse("");
    }
  }

  /** The element {@code router}. */
  static final class RouterElement {
    @JsonProperty private @Nullable String protocol;
    @JsonProperty private @Nullable PrefixElement prefix;
    @JsonProperty private @Nullable SystemElement as;

    @JsonProperty("dns_server")
    private @Nullable PartyElement dnsServer;

    Optional<String> protocol() {
      return word(protocol);
    }

    Optional<PrefixElement> prefix() {
      return Optional.ofNullable(prefix);
    }

    Optional<String> asNumber() {
      return as == null ? Optional.empty() : word(as.number);
    }

    List<AddressElement> dnsServers() {
      return dnsServer == null ? List.of() : dnsServer.addresses;
    }
  }

  /** The element {@code prefix}. */
  static final class PrefixElement {
    @JacksonXmlProperty(isAttribute = true)
    private @Nullable String length;

    @JacksonXmlText private @Nullable String text;

    Optional<String> length() {
      return word(length);
    }

    String text() {
      return word(text).orElse("");
    }
  }

  /** The element {@code as}. */
  static final class SystemElement {
    @JsonProperty private @Nullable String number;
  }

  /** The element {@code keepalive}. */
  static final class KeepaliveElement {
    @JsonProperty private @Nullable String interval;
    private final List<AddressElement> addresses = new ArrayList<>();

    Optional<String> interval() {
      return word(interval);
    }

    List<AddressElement> addresses() {
      return addresses;
    }

    @JsonSetter("address")
    private void addAddress(AddressElement address) {
      addresses.add(address);
    }
  }
}
