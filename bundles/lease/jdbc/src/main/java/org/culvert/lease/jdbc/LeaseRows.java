package org.culvert.lease.jdbc;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;

/**
 * Leases as rows: addresses as text, times in milliseconds since 1970. A change counts the rows
 * that it met, and so learns whether another came first.
 */
final class LeaseRows implements AutoCloseable {
  private static final String INSERT =
      """
      INSERT INTO lease (owner, anonymous, state, type,
          outer_local_address, outer_local_port, outer_remote_address, outer_remote_port,
          claimed_address, server_address, client_address, prefix, keep_alive_millis,
          created_millis, expires_millis, inner_version,
          name, dns_servers, routing_protocol, client_as, server_as,
          groups_of_owner, lifetime_millis, revision, id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
  private static final String UPDATE =
      """
      UPDATE lease SET owner = ?, anonymous = ?, state = ?, type = ?,
          outer_local_address = ?, outer_local_port = ?,
          outer_remote_address = ?, outer_remote_port = ?,
          claimed_address = ?, server_address = ?, client_address = ?, prefix = ?,
          keep_alive_millis = ?, created_millis = ?, expires_millis = ?,
          inner_version = ?, name = ?, dns_servers = ?, routing_protocol = ?,
          client_as = ?, server_as = ?, groups_of_owner = ?, lifetime_millis = ?, revision = ?
      WHERE id = ? AND revision = ?""";
  private static final String DELETE = "DELETE FROM lease WHERE id = ? AND revision = ?";
  private static final String SELECT = "SELECT * FROM lease";
  private static final int ARRANGEMENTS = 17;
  private static final int GRANT = ARRANGEMENTS + ArrangementColumns.COUNT;
  private static final int REVISION = GRANT + GrantColumns.COUNT;
  private static final int REVISION_BEFORE = REVISION + 2;

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement delete;

  LeaseRows(Connection connection) throws SQLException {
    this.connection = connection;
    insert = connection.prepareStatement(INSERT);
    update = connection.prepareStatement(UPDATE);
    delete = connection.prepareStatement(DELETE);
  }

  /** Makes changes; returns false at the first whose row is not at the revision it is based on. */
  boolean apply(List<LeaseChange> changes) throws SQLException {
    for (LeaseChange change : changes) {
      if (!apply(change)) {
        return false;
      }
    }
    return true;
  }

  private boolean apply(LeaseChange change) throws SQLException {
    if (change instanceof LeaseChange.Remove remove) {
      delete.setString(1, remove.lease().id());
      delete.setLong(2, remove.lease().revision());
      return delete.executeUpdate() == 1;
    }
    Lease lease = ((LeaseChange.Put) change).lease();
    if (lease.revision() == 1) {
      write(lease, insert);
      return insert.executeUpdate() == 1;
    }
    write(lease, update);
    update.setLong(REVISION_BEFORE, lease.revision() - 1);
    return update.executeUpdate() == 1;
  }

  List<Lease> all() throws SQLException {
    List<Lease> leases = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        leases.add(read(row));
      }
    }
    return leases;
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    update.close();
    delete.close();
  }

  private static void write(Lease lease, PreparedStatement row) throws SQLException {
    row.setString(1, lease.owner());
    row.setInt(2, lease.anonymous() ? 1 : 0);
    row.setString(3, lease.state().name());
    row.setString(4, lease.type().name());
    row.setString(5, text(lease.outer().local().getAddress()));
    row.setInt(6, lease.outer().local().getPort());
    row.setString(7, text(lease.outer().remote().getAddress()));
    row.setInt(8, lease.outer().remote().getPort());
    row.setString(9, text(lease.claimedAddress()));
    row.setString(10, text(lease.serverAddress()));
    row.setString(11, text(lease.clientAddress()));
    if (lease.prefix().isPresent()) {
      row.setString(12, lease.prefix().get().toString());
    } else {
      row.setNull(12, Types.VARCHAR);
    }
    if (lease.keepAlive().isPresent()) {
      row.setLong(13, lease.keepAlive().get().toMillis());
    } else {
      row.setNull(13, Types.BIGINT);
    }
    row.setLong(14, lease.created().toEpochMilli());
    row.setLong(15, lease.expires().toEpochMilli());
    row.setInt(16, lease.clientAddress() instanceof Inet4Address ? 4 : 6);
    ArrangementColumns.write(lease.arrangements(), row, ARRANGEMENTS);
    GrantColumns.write(lease.grant(), row, GRANT);
    row.setLong(REVISION, lease.revision());
    row.setString(REVISION + 1, lease.id());
  }

  private static Lease read(ResultSet row) throws SQLException {
    String id = row.getString("id");
    try {
      String prefix = row.getString("prefix");
      long keepAlive = row.getLong("keep_alive_millis");
      boolean kept = !row.wasNull();
      return new Lease(
          id,
          row.getString("owner"),
          row.getInt("anonymous") != 0,
          Lease.State.valueOf(row.getString("state")),
          new TunnelType(row.getString("type")),
          new OuterEndpoints(socket(row, "outer_local"), socket(row, "outer_remote")),
          address(row, "claimed_address"),
          address(row, "server_address"),
          address(row, "client_address"),
          Optional.ofNullable(prefix).map(IpPrefix::parse),
          kept ? Optional.of(Duration.ofMillis(keepAlive)) : Optional.empty(),
          ArrangementColumns.read(row),
          GrantColumns.read(row),
          Instant.ofEpochMilli(row.getLong("created_millis")),
          Instant.ofEpochMilli(row.getLong("expires_millis")),
          row.getLong("revision"));
    } catch (IllegalArgumentException e) {
      throw new LeaseStoreException("lease " + id + " cannot be read: " + e.getMessage(), false, e);
    }
  }

  private static InetSocketAddress socket(ResultSet row, String end) throws SQLException {
    return new InetSocketAddress(address(row, end + "_address"), row.getInt(end + "_port"));
  }

  private static InetAddress address(ResultSet row, String column) throws SQLException {
    return IpAddresses.parse(row.getString(column));
  }

  private static String text(InetAddress address) {
    return IpAddresses.text(address);
  }
}
