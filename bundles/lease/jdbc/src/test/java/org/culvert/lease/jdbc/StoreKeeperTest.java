package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.service.DutyStore;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class StoreKeeperTest {
  private static final int PATIENCE_MINUTES = 5;

  @TempDir Path directory;

  private final CompletableFuture<Object> offered = new CompletableFuture<>();
  private final CompletableFuture<Void> withdrawn = new CompletableFuture<>();

  private Path file() {
    return directory.resolve("leases.db");
  }

  private void writeOneLease() {
    JdbcLeaseStore store = new JdbcLeaseStore(new Sqlite(file()), Schema.CURRENT);
    store.commit(List.of(new Put(SampleLeases.active(1)))).toCompletableFuture().join();
    store.backUp();
    store.close();
  }

  @Test
  void componentOffersStoreAndWithdrawsItBeforeItCloses() throws Exception {
    ConfiguredLeaseStore component =
        new ConfiguredLeaseStore(config("jdbc:sqlite:" + file()), context());

    LeaseStore store = (LeaseStore) offered.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    assertThat(store).isInstanceOf(DutyStore.class);
    store.commit(List.of(new Put(SampleLeases.active(1)))).toCompletableFuture().join();
    assertThat(withdrawn).isNotDone();

    component.stop();

    assertThat(withdrawn).isDone();
    assertThat(store.commit(List.of(new Put(SampleLeases.active(2)))).toCompletableFuture())
        .isCompletedExceptionally();
  }

  @Test
  void componentTellsWhyThereIsNoStore() throws Exception {
    Files.writeString(file(), "something else altogether");
    ConfiguredLeaseStore component =
        new ConfiguredLeaseStore(config("jdbc:sqlite:" + file()), context());
    while (component.mistakes().isEmpty()) {
      Thread.sleep(10);
    }
    assertThat(component.mistakes().get(0).text())
        .startsWith("Leases cannot be read")
        .contains(file() + " is no SQLite database");

    Files.delete(file());
    offered.get(PATIENCE_MINUTES, TimeUnit.MINUTES);

    assertThat(component.mistakes()).isEmpty();
    component.stop();
  }

  @Test
  void opensAsSoonAsTheOperatorPutsTheFileBack() throws Exception {
    writeOneLease();
    byte[] good = Files.readAllBytes(file());
    Files.write(file(), new byte[0]);
    CompletableFuture<Void> refused = new CompletableFuture<>();
    Sqlite sqlite = new Sqlite(file());
    StoreKeeper keeper =
        new StoreKeeper(
            () -> {
              try {
                return new JdbcLeaseStore(sqlite, Schema.CURRENT);
              } catch (LeaseStoreException e) {
                refused.complete(null);
                throw e;
              }
            },
            store -> {
              offered.complete(store);
              return () -> withdrawn.complete(null);
            });
    refused.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    assertThat(offered).isNotDone();

    Files.write(file(), good);

    JdbcLeaseStore store = (JdbcLeaseStore) offered.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    assertThat(store.load()).containsExactly(SampleLeases.active(1));
    keeper.close();
    assertThat(withdrawn).isDone();
  }

  @Test
  void closesWhileItStillWaits() throws Exception {
    writeOneLease();
    Files.write(file(), new byte[0]);

    new StoreKeeper(
            () -> new JdbcLeaseStore(new Sqlite(file()), Schema.CURRENT),
            store -> {
              throw new AssertionError("it must not be offered");
            })
        .close();

    assertThat(file()).isEmptyFile();
  }

  private static ConfiguredLeaseStore.Config config(String url) {
    return (ConfiguredLeaseStore.Config)
        Proxy.newProxyInstance(
            StoreKeeperTest.class.getClassLoader(),
            new Class<?>[] {ConfiguredLeaseStore.Config.class},
            (proxy, method, arguments) -> url);
  }

  private BundleContext context() {
    ServiceRegistration<?> registration =
        (ServiceRegistration<?>)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceRegistration.class},
                (proxy, method, arguments) -> {
                  withdrawn.complete(null);
                  return null;
                });
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, arguments) -> {
              offered.complete(arguments[1]);
              return registration;
            });
  }
}
