package org.culvert.protocol;

import javax.security.sasl.SaslClientFactory;

/**
 * A SASL mechanism that a client can use.
 *
 * @param name its registered name, in upper case
 * @param factory makes one exchange for each session
 */
public record OfferedClientMechanism(String name, SaslClientFactory factory) {}
