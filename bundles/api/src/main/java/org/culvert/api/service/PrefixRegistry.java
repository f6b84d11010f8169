package org.culvert.api.service;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The registry that tells the public who holds a prefix; the draft's figure calls it whois. All
 * that are there are asked before a prefix is promised.
 */
@ConsumerType
public interface PrefixRegistry {

  /**
   * Decides under which handle a user would be registered. Does not block.
   *
   * @param owner the user
   * @return the nic-handle
   * @throws org.culvert.api.status.TspException with 502 if the user has none that is valid, or if
   *     another user has the same (draft-blanchet-v6ops-tunnelbroker-tsp-00 appendix B)
   */
  String admit(String owner);
}
