package org.culvert.api.service;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hands a client's prefix on to the networks behind it (RFC 5572 section 5.3). All that are there
 * are used.
 */
@ConsumerType
public interface PrefixService extends TunnelService {}
