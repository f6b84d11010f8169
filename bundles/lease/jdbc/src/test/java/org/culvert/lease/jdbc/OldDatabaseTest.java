package org.culvert.lease.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Duty;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.SampleDuties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that an earlier release wrote, in the very statements of that release. */
class OldDatabaseTest {
  private static final Lease ALICE =
      new Lease(
          "lease-1",
          "alice",
          false,
          State.ACTIVE,
          TunnelType.V6UDPV4,
          new OuterEndpoints(
              new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 3653),
              new InetSocketAddress(IpAddresses.parse("198.51.100.7"), 4000)),
          IpAddresses.parse("10.0.0.2"),
          IpAddresses.parse("2001:db8::1"),
          IpAddresses.parse("2001:db8::1:1"),
          Optional.of(IpPrefix.parse("2001:db8:1:1::/64")),
          Optional.of(Duration.ofSeconds(30)),
          Instant.parse("2026-01-01T00:00:00Z"),
          Instant.parse("2026-01-02T00:00:00Z"),
          4);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() throws SQLException {
    file = directory.resolve("leases.db");
    run(
        "CREATE TABLE schema_version (version INTEGER NOT NULL)",
        "INSERT INTO schema_version (version) VALUES (1)",
        """
        CREATE TABLE lease (
          id TEXT NOT NULL PRIMARY KEY,
          owner TEXT NOT NULL,
          anonymous SMALLINT NOT NULL,
          state TEXT NOT NULL,
          type TEXT NOT NULL,
          outer_local_address TEXT NOT NULL,
          outer_local_port INTEGER NOT NULL,
          outer_remote_address TEXT NOT NULL,
          outer_remote_port INTEGER NOT NULL,
          claimed_address TEXT NOT NULL,
          server_address TEXT NOT NULL,
          client_address TEXT NOT NULL,
          prefix TEXT,
          keep_alive_millis BIGINT,
          created_millis BIGINT NOT NULL,
          expires_millis BIGINT NOT NULL,
          revision BIGINT NOT NULL
        )""",
        "CREATE UNIQUE INDEX lease_client_address ON lease (client_address)",
        "CREATE UNIQUE INDEX lease_prefix ON lease (prefix)",
        "CREATE TABLE remembered (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
        "INSERT INTO remembered (name, value) VALUES ('address-key', '00ff')",
        insert("lease-1", "2001:db8::1:1", "'2001:db8:1:1::/64'"));
  }

  @Test
  void keepsItsLeasesAndTakesOneMoreForTheOtherIpVersion() throws Exception {
    Lease second = with("lease-2", "192.0.2.130");
    Lease next = SampleLeases.next(ALICE, State.EXPIRED);
    JdbcLeaseStore store = open();
    assertThat(store.load()).containsExactly(ALICE);
    assertThat(store.remember("address-key", "other")).isEqualTo("00ff");

    store
        .commit(List.of(new Put(second), new Put(next)))
        .toCompletableFuture()
        .get(LeaseStoreContract.PATIENCE_SECONDS, SECONDS);
    store.close();

    JdbcLeaseStore again = open();
    assertThat(again.load()).containsExactlyInAnyOrder(next, second);
    assertThatThrownBy(
            () ->
                again
                    .commit(List.of(new Put(with("lease-3", "192.0.2.131"))))
                    .toCompletableFuture()
                    .get(LeaseStoreContract.PATIENCE_SECONDS, SECONDS))
        .hasCauseInstanceOf(LeaseStoreException.class);
    again.close();
  }

  @Test
  void isLeftAloneIfItContradictsItself() throws SQLException {
    run(insert("lease-2", "2001:db8::1:2", "NULL"));

    assertThatThrownBy(this::open).isInstanceOf(LeaseStoreException.class);

    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeQuery("SELECT version FROM schema_version").getInt(1))
          .isEqualTo(1);
      assertThat(statement.executeQuery("SELECT count(*) FROM lease").getInt(1)).isEqualTo(2);
    }
  }

  @Test
  void ofTheSecondReleaseKeepsItsLeasesAndTakesNamesRoutingAndDuties() throws Exception {
    run(
        "ALTER TABLE lease ADD COLUMN inner_version SMALLINT NOT NULL DEFAULT 6",
        "CREATE UNIQUE INDEX lease_owner ON lease (owner, inner_version)",
        "UPDATE schema_version SET version = 2");
    JdbcLeaseStore store = open();
    assertThat(store.load()).containsExactly(ALICE);
    assertThat(store.duties()).isEmpty();
    Lease named = SampleLeases.with(SampleLeases.next(ALICE, State.ACTIVE), LeaseStoreContract.ALL);
    Duty duty = SampleDuties.queued(1);

    store
        .commit(List.of(new Put(named)))
        .toCompletableFuture()
        .get(LeaseStoreContract.PATIENCE_SECONDS, SECONDS);
    store
        .keep(List.of(duty), List.of())
        .toCompletableFuture()
        .get(LeaseStoreContract.PATIENCE_SECONDS, SECONDS);
    store.close();

    JdbcLeaseStore again = open();
    assertThat(again.load()).containsExactly(named);
    assertThat(again.duties()).containsExactly(duty);
    again.close();
  }

  private static String insert(String id, String address, String prefix) {
    return """
        INSERT INTO lease (owner, anonymous, state, type,
            outer_local_address, outer_local_port, outer_remote_address, outer_remote_port,
            claimed_address, server_address, client_address, prefix, keep_alive_millis,
            created_millis, expires_millis, revision, id)
        VALUES ('alice', 0, 'ACTIVE', 'v6udpv4', '192.0.2.1', 3653, '198.51.100.7', 4000,
            '10.0.0.2', '2001:db8::1', '%s', %s, 30000, 1767225600000, 1767312000000, 4, '%s')"""
        .formatted(address, prefix, id);
  }

  private static Lease with(String id, String ipv4) {
    return new Lease(
        id,
        ALICE.owner(),
        false,
        State.ACTIVE,
        TunnelType.V4V6,
        OuterEndpoints.withoutPorts(
            IpAddresses.parse("2001:db8:f::1"), IpAddresses.parse("2001:db8:f::2")),
        IpAddresses.parse("2001:db8:f::2"),
        IpAddresses.parse("192.0.2.129"),
        IpAddresses.parse(ipv4),
        Optional.empty(),
        Optional.empty(),
        ALICE.created(),
        ALICE.expires(),
        1);
  }

  private JdbcLeaseStore open() {
    return new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);
  }

  private void run(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(Sqlite.SCHEME + file);
  }
}
