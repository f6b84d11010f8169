package org.culvert.protocol;

import javax.security.sasl.SaslServerFactory;

/**
 * A SASL mechanism that a server offers.
 *
 * @param name its registered name, in upper case
 * @param factory makes one exchange for each session
 */
public record OfferedMechanism(String name, SaslServerFactory factory) {}
