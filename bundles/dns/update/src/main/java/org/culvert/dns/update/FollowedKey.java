package org.culvert.dns.update;

import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.config.MistakeSource;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file that holds the key, and starts the service anew with what it holds. A file that
 * becomes wrong ends nothing; one that is wrong from the beginning is waited for.
 */
final class FollowedKey implements MistakeSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedKey.class);
  private static final long POLL_SECONDS = 2;

  private final String pid;
  private final Supplier<String> secret;
  private final Function<String, DnsSettings> reader;
  private final Function<DnsSettings, Service> service;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "culvert-dns-key");
            made.setDaemon(true);
            return made;
          });
  private Optional<String> used = Optional.empty();
  private Optional<Service> running = Optional.empty();
  private boolean closed;
  private volatile Optional<String> problem = Optional.empty();
  private @Nullable ServiceRegistration<MistakeSource> registration;

  /** Something that runs until it is closed. */
  interface Service extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param pid whose configuration names the file
   * @param secret reads the file
   * @param reader makes settings with what is in it
   * @param service starts the service
   */
  FollowedKey(
      String pid,
      Supplier<String> secret,
      Function<String, DnsSettings> reader,
      Function<DnsSettings, Service> service) {
    this.pid = pid;
    this.secret = secret;
    this.reader = reader;
    this.service = service;
  }

  /** Begins to follow the file, and to tell what is wrong with it. */
  void start(BundleContext context) {
    look();
    registration =
        context.registerService(MistakeSource.class, this, new Hashtable<String, Object>());
    thread.scheduleWithFixedDelay(this::look, POLL_SECONDS, POLL_SECONDS, TimeUnit.SECONDS);
  }

  /** Reads the file, and takes what is new in it. */
  synchronized void look() {
    if (closed) {
      return;
    }
    try {
      String present = secret.get();
      if (!used.equals(Optional.of(present))) {
        DnsSettings settings = reader.apply(present);
        boolean anew = used.isPresent() || problem.isPresent();
        end();
        used = Optional.of(present);
        running = Optional.of(service.apply(settings));
        if (anew) {
          LOG.info("etc/{}-*.cfg: the secret that is in key.file now is used", pid);
        }
      }
      problem = Optional.empty();
    } catch (InvalidConfigurationException e) {
      Optional<String> text = Optional.ofNullable(e.getMessage());
      if (!problem.equals(text)) {
        LOG.warn(
            "{}. {}",
            e.getMessage(),
            used.isPresent()
                ? "The secret of before is used meanwhile"
                : "Nothing is entered in the DNS until it is right");
      }
      problem = text;
    } catch (RuntimeException e) {
      // No further look would come if this went on.
      LOG.error("the service of etc/{}-*.cfg does not start with its new key", pid, e);
    }
  }

  @Override
  public List<Mistake> mistakes() {
    return problem.map(text -> new Mistake(pid, false, text)).stream().toList();
  }

  /** Ends the service. */
  @Override
  public void close() {
    Optional.ofNullable(registration).ifPresent(ServiceRegistration::unregister);
    thread.shutdownNow();
    synchronized (this) {
      closed = true;
      end();
    }
  }

  private void end() {
    Optional<Service> ending = running;
    running = Optional.empty();
    ending.ifPresent(Service::close);
  }
}
