package org.culvert.api.netdev;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.culvert.api.net.IpAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketBatchTest {
  private final PacketBatch batch = new PacketBatch(4, 100);

  @Test
  void slotsLieOneBehindAnotherInMemoryOffTheHeap() {
    assertThat(batch.capacity()).isEqualTo(4);
    assertThat(batch.slotSize()).isEqualTo(100);
    assertThat(batch.slot(3)).isEqualTo(300);
    assertThat(batch.memory().isDirect()).isTrue();
    assertThat(batch.memory().capacity()).isEqualTo(400);
    assertThat(batch.memory().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
  }

  @Test
  void startsEmptyAndKeepsWhereEachPacketLies() {
    assertThat(batch.size()).isZero();

    batch.size(2);
    batch.packet(0, 20, 60);
    batch.packet(1, 100, 40);

    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.offset(0)).isEqualTo(20);
    assertThat(batch.length(0)).isEqualTo(60);
    assertThat(batch.offset(1)).isEqualTo(100);
    assertThat(batch.length(1)).isEqualTo(40);
  }

  @Test
  void droppedPacketHasNoLengthAndItsNeighboursStay() {
    batch.size(3);
    for (int i = 0; i < 3; i++) {
      batch.packet(i, batch.slot(i), 50);
    }

    batch.drop(1);

    assertThat(batch.size()).isEqualTo(3);
    assertThat(batch.length(0)).isEqualTo(50);
    assertThat(batch.length(1)).isZero();
    assertThat(batch.length(2)).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "255.255.255.255",
        "127.0.0.1",
        "2001:db8::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::",
      })
  void peerComesBackAsItWasSet(String text) {
    InetAddress address = IpAddresses.parse(text);

    batch.peer(2, PacketBatch.high(address), PacketBatch.low(address), 3653);

    assertThat(batch.peerAddress(2)).isEqualTo(new InetSocketAddress(address, 3653));
    assertThat(batch.peerHigh(2)).isEqualTo(PacketBatch.high(address));
    assertThat(batch.peerLow(2)).isEqualTo(PacketBatch.low(address));
    assertThat(batch.peerPort(2)).isEqualTo(3653);
  }

  @Test
  void ipv4PeerIsItsThirtyTwoBitsWithoutASign() {
    assertThat(PacketBatch.high(IpAddresses.parse("255.0.0.1"))).isZero();
    assertThat(PacketBatch.low(IpAddresses.parse("255.0.0.1"))).isEqualTo(0xFF000001L);
  }

  @Test
  void refusedPacketsAreMarkedUntilTheMarksAreTakenAway() {
    batch.size(3);
    assertThat(batch.refusal(1)).isEqualTo(SendRefusal.NONE);

    batch.refuse(1, SendRefusal.PROHIBITED);

    assertThat(batch.refusal(0)).isEqualTo(SendRefusal.NONE);
    assertThat(batch.refusal(1)).isEqualTo(SendRefusal.PROHIBITED);
    assertThat(batch.refusal(2)).isEqualTo(SendRefusal.NONE);

    batch.forgetRefusals();

    assertThat(batch.refusal(1)).isEqualTo(SendRefusal.NONE);
  }
}
