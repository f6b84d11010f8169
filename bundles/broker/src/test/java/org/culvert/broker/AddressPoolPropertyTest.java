package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.trace.Promise;

/** A pool against the plainest model of one, in all the forms that pools have. */
class AddressPoolPropertyTest {
  /** Pools that differ in family and in what goes out at once. */
  private enum Form {
    SINGLE_IPV6("2001:db8::/123", 1, 30),
    SINGLE_IPV4("10.64.0.0/27", 1, 28),
    LINKS("10.64.0.0/25", 4, 31);

    private final IpPrefix prefix;
    private final int block;
    private final int capacity;

    Form(String prefix, int block, int capacity) {
      this.prefix = IpPrefix.parse(prefix);
      this.block = block;
      this.capacity = capacity;
    }
  }

  /**
   * One call.
   *
   * @param user asks for an address, or gives the one held back
   * @param wish the last octet of the address wished for; negative: none
   */
  record Call(int user, int wish) {}

  @Provide
  Arbitrary<List<Call>> calls() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 45), Arbitraries.integers().between(-200, 130))
        .as(Call::new)
        .list()
        .ofMaxSize(200);
  }

  @Property(tries = 300)
  @Promise("P1")
  void addressesHaveOneHolderAndComeBack(@ForAll Form form, @ForAll("calls") List<Call> calls) {
    AddressPool pool = new AddressPool(form.prefix, form.block, new byte[32]);
    Map<Integer, List<InetAddress>> held = new HashMap<>();
    for (Call call : calls) {
      List<InetAddress> had = held.remove(call.user);
      if (had != null) {
        pool.free(had);
      } else {
        ask(pool, form, call, held.size())
            .ifPresent(client -> held.put(call.user, together(form, client)));
      }

      Set<InetAddress> out = new HashSet<>();
      held.values().forEach(addresses -> out.addAll(addresses));
      assertThat(out).hasSize(held.size() * form.block).allMatch(form.prefix::contains);
      assertThat(out).doesNotContain(address(form, 0), address(form, 1));
      assertThat(pool.used()).isEqualTo(held.size());
      assertThat(pool.capacity()).isEqualTo(BigInteger.valueOf(form.capacity));
    }
    new ArrayList<>(held.values()).forEach(pool::free);
    assertThat(pool.used()).isZero();
    assertThat(pool.allocate("alice"))
        .as("what was forgotten is found again")
        .isEqualTo(new AddressPool(form.prefix, form.block, new byte[32]).allocate("alice"));
  }

  private static Optional<InetAddress> ask(AddressPool pool, Form form, Call call, int out) {
    if (call.wish < 0) {
      Optional<InetAddress> given = pool.allocate("user" + call.user);
      assertThat(given.isPresent()).as("there is one left").isEqualTo(out < form.capacity);
      return given;
    }
    InetAddress wished = address(form, call.wish);
    return pool.take(wished) ? Optional.of(wished) : Optional.empty();
  }

  private static InetAddress address(Form form, int last) {
    byte[] octets = form.prefix.network().getAddress();
    octets[octets.length - 1] = (byte) last;
    return IpAddresses.of(octets);
  }

  private static List<InetAddress> together(Form form, InetAddress client) {
    return form.block == 1 ? List.of(client) : Inner.link(client);
  }
}
