package org.culvert.api.endpoint;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The endpoint that a broker commands, in this process or, by another implementation of this
 * service, elsewhere (the broker model of RFC 5572 section 2).
 */
@ConsumerType
public interface TunnelServer extends TunnelEndpoint {}
