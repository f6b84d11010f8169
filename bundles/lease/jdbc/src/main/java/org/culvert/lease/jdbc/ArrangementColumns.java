package org.culvert.lease.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;

/**
 * What was agreed about a tunnel, in the five columns that leases and duties have for it: {@code
 * name, dns_servers, routing_protocol, client_as, server_as}.
 *
 * <p>Name servers stand in one text with spaces between them; a name has a dot at its end, which no
 * address has.
 */
final class ArrangementColumns {
  /** How many columns there are. */
  static final int COUNT = 5;

  private ArrangementColumns() {}

  /**
   * Sets the columns.
   *
   * @param first the number of the first one's parameter
   */
  static void write(Arrangements arrangements, PreparedStatement row, int first)
      throws SQLException {
    if (arrangements.name().isPresent()) {
      row.setString(first, arrangements.name().get());
    } else {
      row.setNull(first, Types.VARCHAR);
    }
    row.setString(
        first + 1,
        arrangements.dnsServers().stream()
            .map(ArrangementColumns::text)
            .collect(Collectors.joining(" ")));
    Optional<RoutingAgreement> routing = arrangements.routing();
    if (routing.isPresent()) {
      row.setString(first + 2, routing.get().protocol().name());
    } else {
      row.setNull(first + 2, Types.VARCHAR);
    }
    setAs(row, first + 3, routing.map(RoutingAgreement::clientAs).orElse(OptionalLong.empty()));
    setAs(row, first + 4, routing.map(RoutingAgreement::serverAs).orElse(OptionalLong.empty()));
  }

  /**
   * Reads the columns.
   *
   * @throws IllegalArgumentException if they do not hold what was written
   */
  static Arrangements read(ResultSet row) throws SQLException {
    Optional<String> protocol = Optional.ofNullable(row.getString("routing_protocol"));
    OptionalLong clientAs = as(row, "client_as");
    OptionalLong serverAs = as(row, "server_as");
    return new Arrangements(
        Optional.ofNullable(row.getString("name")),
        servers(row.getString("dns_servers")),
        protocol.map(name -> new RoutingAgreement(new RoutingProtocol(name), clientAs, serverAs)));
  }

  private static void setAs(PreparedStatement row, int parameter, OptionalLong as)
      throws SQLException {
    if (as.isPresent()) {
      row.setLong(parameter, as.getAsLong());
    } else {
      row.setNull(parameter, Types.BIGINT);
    }
  }

  private static OptionalLong as(ResultSet row, String column) throws SQLException {
    long as = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(as);
  }

  private static List<DnsServer> servers(String text) {
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split(" ")).map(ArrangementColumns::server).toList();
  }

  private static DnsServer server(String text) {
    return text.endsWith(".")
        ? new DnsServer.Name(text.substring(0, text.length() - 1))
        : new DnsServer.Address(IpAddresses.parse(text));
  }

  private static String text(DnsServer server) {
    return server instanceof DnsServer.Name name
        ? name.name() + "."
        : IpAddresses.text(((DnsServer.Address) server).address());
  }
}
