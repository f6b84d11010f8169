package org.culvert.api.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LeaseStoreExceptionTest {

  @Test
  void tellsAStaleRevisionFromABrokenStore() {
    IOException cause = new IOException("disk");

    assertThat(new LeaseStoreException("revision 3", true, null).stale()).isTrue();
    assertThat(new LeaseStoreException("no room", false, cause).stale()).isFalse();
    assertThat(new LeaseStoreException("no room", false, cause))
        .hasMessage("no room")
        .hasCause(cause);
  }
}
