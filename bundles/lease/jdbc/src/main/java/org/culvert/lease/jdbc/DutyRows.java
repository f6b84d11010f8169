package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;

/** Duties as rows, in the same manner as {@link LeaseRows}; the one written last holds. */
final class DutyRows implements AutoCloseable {
  private static final String WRITE =
      """
      INSERT INTO duty (kind, service, tunnel, side, owner, anonymous, type,
          server_address, client_address, prefix, device,
          name, dns_servers, routing_protocol, client_as, server_as,
          goal, state, since_millis, attempts, next_millis, problem)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (kind, service, tunnel) DO UPDATE SET
          side = excluded.side, owner = excluded.owner, anonymous = excluded.anonymous,
          type = excluded.type, server_address = excluded.server_address,
          client_address = excluded.client_address, prefix = excluded.prefix,
          device = excluded.device, name = excluded.name, dns_servers = excluded.dns_servers,
          routing_protocol = excluded.routing_protocol, client_as = excluded.client_as,
          server_as = excluded.server_as, goal = excluded.goal, state = excluded.state,
          since_millis = excluded.since_millis, attempts = excluded.attempts,
          next_millis = excluded.next_millis, problem = excluded.problem""";
  private static final String FORGET =
      "DELETE FROM duty WHERE kind = ? AND service = ? AND tunnel = ?";
  private static final String SELECT = "SELECT * FROM duty";
  private static final int ARRANGEMENTS = 12;

  private final Connection connection;
  private final PreparedStatement write;
  private final PreparedStatement forget;

  DutyRows(Connection connection) throws SQLException {
    this.connection = connection;
    write = connection.prepareStatement(WRITE);
    forget = connection.prepareStatement(FORGET);
  }

  /** Writes duties and forgets others; returns true, for no duty is in another's way. */
  boolean apply(List<Duty> written, List<Duty> forgotten) throws SQLException {
    for (Duty duty : written) {
      write(duty);
    }
    for (Duty duty : forgotten) {
      forget(duty);
    }
    return true;
  }

  private void write(Duty duty) throws SQLException {
    setKey(duty, write);
    setTunnel(duty.tunnel(), write);
    int next = ARRANGEMENTS + ArrangementColumns.COUNT;
    write.setString(next, duty.goal().name());
    write.setString(next + 1, duty.state().name());
    write.setLong(next + 2, duty.since().toEpochMilli());
    write.setInt(next + 3, duty.attempts());
    write.setLong(next + 4, duty.next().toEpochMilli());
    setText(write, next + 5, duty.problem());
    write.executeUpdate();
  }

  private void forget(Duty duty) throws SQLException {
    setKey(duty, forget);
    forget.executeUpdate();
  }

  List<Duty> all() throws SQLException {
    List<Duty> duties = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        duties.add(read(row));
      }
    }
    return duties;
  }

  @Override
  public void close() throws SQLException {
    write.close();
    forget.close();
  }

  private static void setKey(Duty duty, PreparedStatement row) throws SQLException {
    row.setString(1, duty.kind().name());
    row.setString(2, duty.service());
    row.setString(3, duty.tunnel().id());
  }

  private static void setTunnel(ServedTunnel tunnel, PreparedStatement row) throws SQLException {
    row.setString(4, tunnel.side().name());
    row.setString(5, tunnel.owner());
    row.setInt(6, tunnel.anonymous() ? 1 : 0);
    row.setString(7, tunnel.type().name());
    row.setString(8, IpAddresses.text(tunnel.serverAddress()));
    row.setString(9, IpAddresses.text(tunnel.clientAddress()));
    setText(row, 10, tunnel.prefix().map(IpPrefix::toString));
    setText(row, 11, tunnel.device());
    ArrangementColumns.write(tunnel.arrangements(), row, ARRANGEMENTS);
  }

  private static void setText(PreparedStatement row, int parameter, Optional<String> text)
      throws SQLException {
    if (text.isPresent()) {
      row.setString(parameter, text.get());
    } else {
      row.setNull(parameter, Types.VARCHAR);
    }
  }

  private static Duty read(ResultSet row) throws SQLException {
    try {
      return new Duty(
          Duty.Kind.valueOf(row.getString("kind")),
          row.getString("service"),
          tunnel(row),
          Duty.Goal.valueOf(row.getString("goal")),
          Duty.State.valueOf(row.getString("state")),
          Instant.ofEpochMilli(row.getLong("since_millis")),
          row.getInt("attempts"),
          Instant.ofEpochMilli(row.getLong("next_millis")),
          Optional.ofNullable(row.getString("problem")));
    } catch (IllegalArgumentException e) {
      throw new LeaseStoreException(
          "what %s has to do for tunnel %s cannot be read: %s"
              .formatted(row.getString("service"), row.getString("tunnel"), e.getMessage()),
          false,
          e);
    }
  }

  private static ServedTunnel tunnel(ResultSet row) throws SQLException {
    return new ServedTunnel(
        row.getString("tunnel"),
        TunnelParameters.Side.valueOf(row.getString("side")),
        row.getString("owner"),
        row.getInt("anonymous") != 0,
        new TunnelType(row.getString("type")),
        IpAddresses.parse(row.getString("server_address")),
        IpAddresses.parse(row.getString("client_address")),
        Optional.ofNullable(row.getString("prefix")).map(IpPrefix::parse),
        Optional.ofNullable(row.getString("device")),
        ArrangementColumns.read(row));
  }
}
