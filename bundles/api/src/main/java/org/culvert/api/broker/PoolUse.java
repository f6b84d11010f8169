package org.culvert.api.broker;

import org.culvert.api.net.IpPrefix;

/**
 * How much of a pool is in use.
 *
 * @param pool the pool
 * @param purpose what it is for: {@code endpoint}, {@code anonymous} or {@code prefix}
 * @param used addresses or prefixes held now, reserved ones included
 * @param capacity how many there are of the default length; {@link Long#MAX_VALUE} for as many or
 *     more
 */
public record PoolUse(IpPrefix pool, String purpose, long used, long capacity) {}
