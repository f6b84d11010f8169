package org.culvert.conformance.client;

import java.io.IOException;
import java.util.Set;

/** The client under examination, where the kit can start it: once for each script. */
public interface Subject {

  /**
   * Starts a client.
   *
   * @return what ends it
   * @throws IOException if it cannot be started
   */
  AutoCloseable start(Task task) throws IOException;

  /**
   * How it shall be set up.
   *
   * @param id the script's
   * @param server the only broker to ask
   * @param port the broker's
   * @param transport {@code udp} or {@code tcp}, and no other
   * @param type the type of tunnel to ask for
   * @param user the name to authenticate as; empty for nobody's
   * @param password the password; empty for nobody's
   * @param needs whatever else the script needs, such as {@code prefix} or {@code plain}
   */
  record Task(
      String id,
      String server,
      int port,
      String transport,
      String type,
      String user,
      String password,
      Set<String> needs) {

    /** Copies the set. */
    public Task {
      needs = Set.copyOf(needs);
    }

    /** Shows all but the password. */
    @Override
    public String toString() {
      return id + ": " + transport + " to " + server + " port " + port + ", " + type + needs;
    }
  }
}
