package org.culvert.commands;

import java.io.PrintStream;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.PoolUse;

/** Lists the broker's pools with their use, and what is free of those that prefixes come from. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "pools", description = "List the address pools and their use")
public final class PoolsCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = listing();
    for (PoolUse use : broker().pools()) {
      listing.add(row(use));
    }
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("purpose", "used", "capacity", "percent", "largest", "pool")
        .secondLine(PoolsCommand::secondLine);
  }

  static Map<String, Object> row(PoolUse use) {
    double capacity = use.capacity().doubleValue();
    double percent = capacity == 0 ? 0 : 100.0 * use.used() / capacity;
    Map<String, Object> free = new LinkedHashMap<>();
    new TreeMap<>(use.freeBlocks()).forEach((length, count) -> free.put("/" + length, count));
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("purpose", use.purpose());
    row.put("pool", use.pool().toString());
    row.put("name", use.name());
    row.put("used", use.used());
    row.put("capacity", new Shown(shown(use.capacity()), use.capacity()));
    row.put("percent", Math.round(percent * 10) / 10.0);
    row.put("largest", largest(use.largestFree()));
    row.put("free", free);
    return row;
  }

  /** Of more than 19 digits a table shows the power of two; JSON has them all. */
  private static String shown(BigInteger capacity) {
    int bits = capacity.bitLength();
    if (bits < 64) {
      return capacity.toString();
    }
    return capacity.bitCount() == 1 ? "2^" + (bits - 1) : "about 2^" + bits;
  }

  private static Optional<Shown> largest(OptionalInt length) {
    return length.isPresent()
        ? Optional.of(new Shown("/" + length.getAsInt(), length.getAsInt()))
        : Optional.empty();
  }

  /** Many small blocks and no large one mean that the pool is in pieces. */
  private static String secondLine(Map<String, Object> row) {
    if (!"prefix".equals(row.get("purpose")) || !(row.get("free") instanceof Map<?, ?> free)) {
      return "";
    }
    String blocks =
        free.entrySet().stream()
            .map(block -> block.getValue() + " x " + block.getKey())
            .collect(Collectors.joining(", "));
    String name = row.getOrDefault("name", "").toString();
    String called = name.equals(row.get("pool")) ? "" : name + "; ";
    return called + (blocks.isEmpty() ? "nothing free" : "free: " + blocks);
  }
}
