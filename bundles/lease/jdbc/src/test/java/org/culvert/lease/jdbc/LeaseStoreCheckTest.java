package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseStoreCheckTest {
  @TempDir Path folder;

  @Test
  void whatCanBeMadeOrOpenedIsTaken() throws IOException {
    new JdbcLeaseStore(new Sqlite(folder.resolve("there.db")), Schema.CURRENT).close();
    Files.createFile(folder.resolve("empty.db"));

    assertThat(refusal("jdbc:sqlite:" + folder.resolve("there.db"))).isEmpty();
    assertThat(refusal("jdbc:sqlite:" + folder.resolve("empty.db"))).isEmpty();
    assertThat(refusal("jdbc:sqlite:" + folder.resolve("new/and/new.db"))).isEmpty();
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(new LeaseStoreCheck().refusal(Map.of())).isEmpty();
  }

  @Test
  void whatCannotBeOpenedIsRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("other"), "something else altogether");

    assertThat(refusal("jdbc:sqlite:" + other))
        .contains(
            "etc/org.culvert.lease.jdbc.cfg: url = \"jdbc:sqlite:%1$s\": %1$s is no SQLite database;"
                    .formatted(other)
                + " write the name of another file");
    assertThat(refusal("jdbc:sqlite:" + folder).orElse(""))
        .endsWith(folder + " is no regular file; write the name of one");
    assertThat(refusal("jdbc:sqlite:" + other + "/x/leases.db").orElse(""))
        .endsWith(other + " is no folder; write the name of a file in one");
    assertThat(refusal("jdbc:nonsense:x").orElse("")).contains("write jdbc:sqlite: followed by");
  }

  private static Optional<String> refusal(String url) {
    return new LeaseStoreCheck().refusal(Map.of("url", url));
  }
}
