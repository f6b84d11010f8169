package org.culvert.api.service;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** What the operator may see and do about what surrounds tunnels. No method blocks. */
@ConsumerType
public interface ServiceAdministration {

  /** Returns all duties, of all tunnels. */
  List<Duty> duties();

  /**
   * Returns what a tunnel has: records in the DNS and the state of its routing, a line each. It
   * asks the services, and completes with what they say.
   *
   * @param id the tunnel
   */
  CompletionStage<List<String>> details(String id);

  /**
   * Tries what is queued or has failed at once.
   *
   * @param id the tunnel; empty text: all
   * @return how many duties are tried
   */
  int retry(String id);

  /**
   * Forgets what a service that will not come back had to withdraw.
   *
   * @param service the service's name
   * @return completes with how many duties were forgotten
   */
  CompletionStage<Integer> forget(String service);

  /**
   * Lets the services look whether all is as it was provided, and provides anew what is not.
   *
   * @param id the tunnel; empty text: all
   * @return completes with what was not as it should be, a line each
   */
  CompletionStage<List<String>> verify(String id);
}
