package org.culvert.api.broker;

import java.math.BigInteger;
import java.util.Map;
import java.util.OptionalInt;
import org.culvert.api.net.IpPrefix;

/**
 * How much of a pool is in use.
 *
 * @param name how the operator calls it; the pool itself where it has no name
 * @param pool the pool
 * @param purpose what it is for: {@code endpoint}, {@code anonymous} or {@code prefix}
 * @param used addresses or prefixes held now, reserved ones included
 * @param capacity how many there are to hand out, exactly; prefixes are counted in the default
 *     length
 * @param freeBlocks how many free blocks there are by their length; each is as large as it can be,
 *     so many small ones mean that the pool is fragmented; empty for pools of addresses
 */
public record PoolUse(
    String name,
    IpPrefix pool,
    String purpose,
    long used,
    BigInteger capacity,
    Map<Integer, Long> freeBlocks) {

  /** Copies the map. */
  public PoolUse {
    freeBlocks = Map.copyOf(freeBlocks);
  }

  /** Describes a pool of addresses. */
  public PoolUse(IpPrefix pool, String purpose, long used, BigInteger capacity) {
    this(pool.toString(), pool, purpose, used, capacity, Map.of());
  }

  /** Returns the length of the largest free block; empty if there is none. */
  public OptionalInt largestFree() {
    return freeBlocks.keySet().stream().mapToInt(Integer::intValue).min();
  }
}
