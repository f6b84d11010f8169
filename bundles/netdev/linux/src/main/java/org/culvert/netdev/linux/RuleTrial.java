package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.netdev.linux.ForeignRules.Element;
import org.culvert.netdev.linux.ForeignRules.Expression;
import org.jspecify.annotations.Nullable;

/**
 * Tries one rule of a packet filter on one packet of which only some things are known.
 *
 * <p>What a step of the rule asks for and is not known may be so or not.
 */
final class RuleTrial {
  private static final int CONTINUE = -1;
  private static final int DROP = 0;
  private static final int ACCEPT = 1;
  static final int META_KEY = 2;
  static final int META_IIF = 4;
  static final int META_OIF = 5;
  static final int META_IIFNAME = 6;
  static final int META_OIFNAME = 7;
  static final int CMP_DATA = 3;
  static final int DATA_VALUE = 1;
  private static final int META_PROTOCOL = 1;
  private static final int META_NFPROTO = 15;
  private static final int META_L4PROTO = 16;
  private static final int META_DREG = 1;
  private static final int CT_DREG = 1;
  private static final int CT_KEY = 2;
  private static final int CT_STATE = 0;
  private static final int CT_STATUS = 2;

  /** {@code IPS_SEEN_REPLY}, {@code IPS_ASSURED} and {@code IPS_CONFIRMED}. */
  private static final int ANSWERED = 2 | 4 | 8;

  private static final int CMP_SREG = 1;
  private static final int CMP_OP = 2;
  private static final int DATA_VERDICT = 2;
  private static final int VERDICT_CODE = 1;
  private static final int VERDICT_CHAIN = 2;
  private static final int TCP = 6;

  /** Says what is in a set of the rule's table. */
  interface Sets {
    List<Element> elements(String set) throws IOException;
  }

  /** What a rule does where it applies. */
  record Verdict(int code, String chain) {}

  private final TrialPacket packet;
  private final Sets sets;

  /** What is known of what was loaded, by register. */
  private final Map<Integer, byte[]> registers = new HashMap<>();

  private Truth truth = Truth.YES;
  private Verdict verdict = new Verdict(CONTINUE, "");

  RuleTrial(TrialPacket packet, Sets sets) {
    this.packet = packet;
    this.sets = sets;
  }

  Truth truth() {
    return truth;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Goes through the rule's steps. */
  void run(List<Expression> rule) throws IOException {
    for (Expression step : rule) {
      step(step.name(), step.data());
      if (truth == Truth.NO || verdict.code() != CONTINUE) {
        return;
      }
    }
  }

  private void step(String name, Attributes data) throws IOException {
    switch (name) {
      case "meta" -> load(data, META_DREG, meta(ForeignRules.number(data, META_KEY)));
      case "ct" -> load(data, CT_DREG, track(ForeignRules.number(data, CT_KEY)));
      case "payload" -> load(data, 1, payload(data));
      case "bitwise" -> load(data, 2, bitwise(data));
      case "cmp" -> and(compare(data));
      case "lookup" -> lookUp(data);
      case "immediate" -> {
        Attributes value = data.nested(2);
        if (value.value(DATA_VERDICT).hasRemaining()) {
          decide(value.nested(DATA_VERDICT));
        } else {
          load(data, 1, bytes(value.value(DATA_VALUE)));
        }
      }
      case "reject" -> verdict = new Verdict(DROP, "");
      case "match" -> and(LegacyMatch.of(data.text(1), data.value(3), packet));
      case "target" -> target(data.text(1));
      case "counter",
          "log",
          "last",
          "objref",
          "nat",
          "masq",
          "redir",
          "notrack",
          "flow_offload" -> {
        // What becomes of the packet does not hang on these.
      }
      case "queue", "synproxy", "tproxy", "fwd", "dup" -> verdict = new Verdict(ACCEPT, "");
      default -> {
        and(Truth.MAYBE);
        registers.clear();
      }
    }
  }

  private void and(Truth other) {
    truth = other.compareTo(truth) < 0 ? other : truth;
  }

  private void decide(Attributes said) {
    verdict = new Verdict(ForeignRules.number(said, VERDICT_CODE), said.text(VERDICT_CHAIN));
  }

  private void load(Attributes data, int attribute, byte @Nullable [] value) {
    int register = ForeignRules.number(data, attribute);
    if (value == null) {
      registers.remove(register);
    } else {
      registers.put(register, value);
    }
  }

  /** Its addresses are nobody's translation. */
  private byte @Nullable [] track(int key) {
    return switch (key) {
      case CT_STATE -> host(packet.state());
      case CT_STATUS -> host(packet.opens() ? 0 : ANSWERED);
      default -> null;
    };
  }

  private byte @Nullable [] meta(int key) {
    boolean four = packet.version() == Family.IPV4;
    return switch (key) {
      case META_PROTOCOL -> four ? new byte[] {8, 0} : new byte[] {(byte) 0x86, (byte) 0xDD};
      case META_IIF -> packet.in().map(device -> host(device.index())).orElse(null);
      case META_OIF -> packet.out().map(device -> host(device.index())).orElse(null);
      case META_IIFNAME -> packet.in().map(device -> name(device.name())).orElse(null);
      case META_OIFNAME -> packet.out().map(device -> name(device.name())).orElse(null);
      case META_NFPROTO -> new byte[] {(byte) (four ? ForeignRules.IPV4 : ForeignRules.IPV6)};
      case META_L4PROTO -> new byte[] {TCP};
      default -> null;
    };
  }

  /** The protocol is where {@code iptables} looks for it. */
  private byte @Nullable [] payload(Attributes data) {
    boolean network = ForeignRules.number(data, 2) == 1;
    int at = packet.version() == Family.IPV4 ? 9 : 6;
    return network && ForeignRules.number(data, 3) == at && ForeignRules.number(data, 4) == 1
        ? new byte[] {TCP}
        : null;
  }

  private byte @Nullable [] bitwise(Attributes data) {
    byte[] value = registers.get(ForeignRules.number(data, 1));
    byte[] mask = bytes(data.nested(4).value(DATA_VALUE));
    byte[] xor = bytes(data.nested(5).value(DATA_VALUE));
    if (value == null || mask.length > value.length || mask.length != xor.length) {
      return null;
    }
    byte[] result = new byte[mask.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) ((value[i] & mask[i]) ^ xor[i]);
    }
    return result;
  }

  private Truth compare(Attributes data) {
    byte[] value = registers.get(ForeignRules.number(data, CMP_SREG));
    byte[] other = bytes(data.nested(CMP_DATA).value(DATA_VALUE));
    if (value == null || value.length < other.length) {
      return Truth.MAYBE;
    }
    int order = Arrays.compareUnsigned(value, 0, other.length, other, 0, other.length);
    boolean holds =
        switch (ForeignRules.number(data, CMP_OP)) {
          case 0 -> order == 0;
          case 1 -> order != 0;
          case 2 -> order < 0;
          case 3 -> order <= 0;
          case 4 -> order > 0;
          default -> order >= 0;
        };
    return holds ? Truth.YES : Truth.NO;
  }

  private void lookUp(Attributes data) throws IOException {
    byte[] value = registers.get(ForeignRules.number(data, 2));
    boolean map = data.value(3).hasRemaining();
    boolean verdicts = map && ForeignRules.number(data, 3) == 0;
    boolean inverted = (ForeignRules.number(data, 5) & 1) != 0;
    if (value == null && !verdicts) {
      and(Truth.MAYBE);
      load(data, 3, null);
      return;
    }
    List<Element> elements = sets.elements(data.text(1));
    boolean simple =
        value != null
            && elements.stream().allMatch(element -> isSimple(element.attributes(), value));
    if (simple) {
      Optional<Attributes> found =
          elements.stream()
              .map(Element::attributes)
              .filter(element -> Arrays.equals(key(element), value))
              .findFirst();
      and(found.isPresent() != inverted ? Truth.YES : Truth.NO);
      if (found.isPresent() && verdicts) {
        decide(found.get().nested(2).nested(DATA_VERDICT));
      } else if (map) {
        load(data, 3, null);
      }
      return;
    }
    and(Truth.MAYBE);
    if (verdicts) {
      // It may be accepted by one of them, or each says drop.
      boolean all =
          elements.stream()
              .map(element -> element.attributes().nested(2).nested(DATA_VERDICT))
              .allMatch(said -> ForeignRules.number(said, VERDICT_CODE) == DROP);
      verdict = new Verdict(all ? DROP : ACCEPT, "");
    }
  }

  /** Ranges, and what stands for all others, are not looked into. */
  private static boolean isSimple(Attributes element, byte[] value) {
    return ForeignRules.number(element, 3) == 0 && key(element).length == value.length;
  }

  static byte[] key(Attributes element) {
    return bytes(element.nested(1).value(DATA_VALUE));
  }

  private void target(String name) {
    switch (name) {
      case "REJECT" -> verdict = new Verdict(DROP, "");
      case "NFQUEUE", "TPROXY", "SYNPROXY" -> verdict = new Verdict(ACCEPT, "");
      default -> {
        // It marks, counts or changes the packet, which goes on.
      }
    }
  }

  private static byte[] host(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  static byte[] bytes(ByteBuffer value) {
    byte[] octets = new byte[value.remaining()];
    value.get(value.position(), octets);
    return octets;
  }

  private static byte[] name(String device) {
    return Arrays.copyOf(device.getBytes(StandardCharsets.UTF_8), 16);
  }
}
