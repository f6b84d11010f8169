package org.culvert.lease.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.culvert.api.lease.LeaseStoreException;

/** What differs from one database to another; all other SQL is common to them. */
interface Dialect {

  /**
   * Opens a connection on which a commit survives a power cut.
   *
   * @param fresh whether a database may be made where none is
   * @throws LeaseStoreException if what is there cannot be, or must not be, opened; nothing was
   *     changed then
   */
  Connection open(boolean fresh) throws SQLException;

  /** Makes sure that what is stored can be trusted. */
  void verify(Connection connection) throws SQLException;

  /** Makes all that can be read now survive a power cut, and empties the log. */
  void flush(Connection connection) throws SQLException;

  /** Makes room after a failure; returns true if it is worth while to try again at once. */
  boolean relieve(Connection connection, LeaseStoreException failure);

  /**
   * Makes sure that the disk has room for as much as this.
   *
   * @throws LeaseStoreException if not, with the cause and the remedy
   */
  void proveRoom(int octets);

  /** Says that the disk will soon have no room, and what to do; empty: there is enough. */
  Optional<String> shortage();

  /** Tells whether a statement failed because something that must be unique is there already. */
  boolean isConflict(SQLException failure);

  /** Tells whether what a failed commit was to write may be stored all the same. */
  boolean leavesDoubt(SQLException failure);

  /**
   * Tells whether a connection is of no use after a failure, so that a new one must be opened.
   *
   * @param inRow which failure in a row this is
   */
  boolean spoils(SQLException failure, int inRow);

  /** Is told that the connection opened last has read and written. */
  void settled();

  /** Returns why the next start would not find what is written now; empty if it would. */
  Optional<String> lost();

  /** Says in one line what went wrong and, if possible, what to do. */
  String explain(SQLException failure);

  /**
   * Makes a copy that can take the database's place, and replaces the one before.
   *
   * @param connection in no transaction
   * @throws IOException if it cannot be made; the copy before is still there then
   */
  void backUp(Connection connection) throws IOException, SQLException;

  /** Does so by a connection of its own, while others write. */
  void backUp() throws IOException, SQLException;
}
