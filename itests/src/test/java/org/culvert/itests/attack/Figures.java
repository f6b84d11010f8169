package org.culvert.itests.attack;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an attack cost, and what it took: numbers with names, in the order in which they came. */
public final class Figures {
  private final Map<String, Long> numbers = new LinkedHashMap<>();

  /** Keeps a number. */
  public synchronized void put(String name, long number) {
    numbers.put(name, number);
  }

  synchronized void add(String name, long number) {
    numbers.merge(name, number, Long::sum);
  }

  /**
   * Returns a number.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public synchronized long of(String name) {
    Long number = numbers.get(name);
    if (number == null) {
      throw new IllegalArgumentException("no figure \"" + name + "\" among " + numbers.keySet());
    }
    return number;
  }

  /** Prints them as rows of a table. */
  public synchronized void print(PrintStream out) {
    numbers.forEach((name, number) -> out.println("| " + name + " | " + number + " |"));
  }

  /** Reads what was printed. */
  public static Figures read(String printed) {
    Figures figures = new Figures();
    printed
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split(" *\\| *", -1))
        .forEach(cells -> figures.put(cells[1], Long.parseLong(cells[2])));
    return figures;
  }
}
