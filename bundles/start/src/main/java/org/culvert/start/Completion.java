package org.culvert.start;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.DeploymentEvent;
import org.apache.karaf.features.DeploymentListener;
import org.apache.karaf.features.FeaturesService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stamps the cache of bundles once all is installed, takes the stamp away while features come and
 * go, and keeps the operator's choices outside the cache. After the cache was made anew it does
 * those again. Starts when Karaf has installed the features of the role.
 */
@Component(
    service = {},
    immediate = true)
public final class Completion implements DeploymentListener, BundleListener {
  private static final Logger LOG = LoggerFactory.getLogger(Completion.class);
  private static final int CHANGES =
      BundleEvent.INSTALLED | BundleEvent.UNINSTALLED | BundleEvent.UPDATED;
  private static final long PATIENCE_SECONDS = 10;

  /**
   * After so long it is looked at again whether all runs; on a busy host some is still to start.
   */
  private static final long AGAIN_SECONDS = 5;

  private final FeaturesService features;
  private final BundleContext context;
  private final Installed installed;
  private final Folders folders;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "culvert-completion"));
  private volatile Set<String> asked = Set.of();
  private volatile Set<String> boot = Set.of();
  private volatile Set<String> fromStart = Set.of();
  private volatile boolean deploying;
  private volatile boolean closed;
  private volatile @Nullable Future<?> again;

  /** The thread's: what did not run when it was looked at first. */
  private List<String> idle = List.of();

  /** Begins; the rest is done on a thread of its own. */
  @Activate
  public Completion(
      BundleContext context, @Reference FeaturesService features, @Reference BootFinished booted) {
    this.context = context;
    this.features = features;
    this.folders = Folders.fromSystemProperties();
    this.installed = new Installed(features, context);
    thread.execute(() -> guarded(this::begin));
  }

  /** Writes what is still to be written. */
  @Deactivate
  public void close() {
    closed = true;
    features.unregisterListener((DeploymentListener) this);
    context.removeBundleListener(this);
    Future<?> waiting = again;
    if (waiting != null) {
      waiting.cancel(false);
    }
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("what is installed is still being written; the next start may install it anew");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin() {
    Optional<Stamp> stamp = Stamp.of(folders.cache());
    if (stamp.isPresent()) {
      goOn(stamp.get());
      return;
    }
    BootFeatures configured = BootFeatures.of(folders, role());
    asked = configured.all();
    boot = installed.required();
    fromStart = installed.allFromStart();
    installed.restore(Choices.read(Choices.file(folders)));
    Set<String> lacked = configured.lackedBy(boot);
    if (lacked.isEmpty()) {
      stampOnceAllRuns();
    } else {
      // Called complete, this would be started for ever, and nothing would come of it.
      LOG.error(
          "the role {} lacks {}; see to {} and {} in {}, the next start installs anew",
          role(),
          lacked,
          BootFeatures.OF_ROLES,
          BootFeatures.OF_ALL,
          folders.etc());
    }
  }

  /** Begins with what an earlier start has completed. */
  private void goOn(Stamp stamp) {
    asked = stamp.asked();
    boot = stamp.boot();
    fromStart = stamp.fromStart();
    Set<String> lost = new TreeSet<>(stamp.bundles().keySet());
    lost.removeAll(new BundleCache(folders.cache()).bundles().keySet());
    if (lost.isEmpty()) {
      complete();
    } else {
      // A new stamp would call complete what the framework could not read, and dropped.
      unstamp();
      LOG.error("{} were lost at this start; the next start installs anew", lost);
    }
  }

  private void stampOnceAllRuns() {
    List<String> now = installed.idle();
    if (now.isEmpty()) {
      if (!idle.isEmpty()) {
        LOG.info("everything that was installed runs now");
      }
      complete();
      return;
    }
    if (!now.equals(idle)) {
      LOG.error("not everything that was installed runs: {}; the next start installs anew", now);
    }
    idle = now;
    try {
      again =
          thread.schedule(() -> guarded(this::stampOnceAllRuns), AGAIN_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile.
    }
  }

  private void complete() {
    stamp();
    features.registerListener((DeploymentListener) this);
    context.addBundleListener(this);
  }

  @Override
  public void deploymentEvent(DeploymentEvent event) {
    if (event == DeploymentEvent.DEPLOYMENT_STARTED) {
      deploying = true;
      await(this::unstamp);
    } else if (event == DeploymentEvent.DEPLOYMENT_FINISHED) {
      deploying = false;
      // Not awaited: the features service holds locks that looking at it needs.
      thread.execute(() -> guarded(this::stamp));
    }
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    if ((event.getType() & CHANGES) != 0 && !closed) {
      thread.execute(() -> guarded(this::stamp));
    }
  }

  /** Karaf may end while this looks at it; what is not stamped by then is installed anew. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.warn("what is installed could not be looked at; the next start installs it anew", e);
      }
    }
  }

  private static String role() {
    return System.getProperty("culvert.role", Installation.BROKER);
  }

  private void unstamp() {
    try {
      Stamp.remove(folders.cache());
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", Stamp.file(folders.cache()), e.toString());
    }
  }

  private void stamp() {
    if (deploying) {
      return;
    }
    try {
      Choices.between(
              boot,
              installed.required(),
              Choices.without(installed.repositories(), fromStart),
              installed.byHand(fromStart))
          .write(Choices.file(folders));
      new Stamp(
              role(),
              folders.build(),
              folders.home().toString(),
              asked,
              boot,
              fromStart,
              new BundleCache(folders.cache()).bundles())
          .write(folders.cache());
    } catch (Exception e) {
      LOG.warn(
          "what is installed could not be written to {}: {}; the next start installs it anew",
          folders.data(),
          e.toString());
    }
  }

  /** Nothing may change in the cache while it still has its stamp. */
  private void await(Runnable task) {
    CountDownLatch done = new CountDownLatch(1);
    thread.execute(
        () -> {
          task.run();
          done.countDown();
        });
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the stamp in {} is still there", folders.cache());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
