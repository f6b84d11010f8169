package org.culvert.lease.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.account.Grant;

/**
 * What a lease's owner is granted, in two columns: {@code groups_of_owner, lifetime_millis}. Groups
 * stand in one text, a line each.
 */
final class GrantColumns {
  /** How many columns there are. */
  static final int COUNT = 2;

  private GrantColumns() {}

  /**
   * Sets the columns.
   *
   * @param first the number of the first one's parameter
   */
  static void write(Grant grant, PreparedStatement row, int first) throws SQLException {
    row.setString(first, String.join("\n", new TreeSet<>(grant.groups())));
    if (grant.lifetime().isPresent()) {
      row.setLong(first + 1, grant.lifetime().get().toMillis());
    } else {
      row.setNull(first + 1, Types.BIGINT);
    }
  }

  /** Reads the columns. */
  static Grant read(ResultSet row) throws SQLException {
    String groups = row.getString("groups_of_owner");
    long lifetime = row.getLong("lifetime_millis");
    Optional<Duration> granted =
        row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(lifetime));
    return new Grant(groups.isEmpty() ? Set.of() : Set.of(groups.split("\n")), granted);
  }
}
