package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** What differs from one database to another; all other SQL is common to them. */
interface Dialect {

  /** Opens a connection on which a commit survives a power cut. */
  Connection open() throws SQLException;

  /** Makes sure that what is stored can be trusted. */
  void verify(Connection connection) throws SQLException;

  /** Tells whether a statement failed because something that must be unique is there already. */
  boolean isConflict(SQLException failure);

  /** Says in one line what went wrong and, if possible, what to do. */
  String explain(SQLException failure);
}
