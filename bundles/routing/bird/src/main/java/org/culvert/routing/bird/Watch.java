package org.culvert.routing.bird;

import java.util.Optional;
import java.util.Set;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after BIRD from time to time, so that nothing is agreed on that cannot be had. Whether BIRD
 * reads the directory is told by a name that a file there defines. What troubles it is logged once.
 */
final class Watch implements Runnable {
  static final String MARK_FILE = "culvert.conf";

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final BirdSettings settings;
  private final ConfigurationDirectory directory;
  private final String mark;
  private volatile Set<RoutingProtocol> protocols = Set.of();

  /** Empty text: none. */
  private volatile String trouble = "BIRD was not looked after yet";

  /** Of the watching thread alone: whether BIRD was told to read the mark. */
  private boolean isTold;

  Watch(BirdSettings settings) {
    this.settings = settings;
    this.directory = new ConfigurationDirectory(settings.directory());
    this.mark = "culvert_reads_" + TunnelName.digest("directory\0" + settings.directory());
  }

  /** Returns the protocols that could be spoken at the last look. */
  Set<RoutingProtocol> protocols() {
    return protocols;
  }

  /** Returns what was wrong at the last look. */
  Optional<String> trouble() {
    return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
  }

  @Override
  public void run() {
    try {
      look();
      protocols = settings.protocols();
      note("");
    } catch (ServiceException e) {
      protocols = Set.of();
      note(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (RuntimeException e) {
      // Thrown further, it would end the watch.
      LOG.warn("looking after BIRD failed", e);
    }
  }

  private void look() throws ServiceException {
    try (Bird bird = Bird.connect(settings)) {
      Needs.check(bird, settings);
      if (bird.defines(mark)) {
        return;
      }
      Optional<String> content = Optional.of("define " + mark + " = 1;\n");
      boolean isWritten = directory.read(MARK_FILE).equals(content);
      if (!isWritten) {
        directory.write(MARK_FILE, content);
      }
      if ((!isWritten || !isTold) && bird.check().isEmpty()) {
        isTold = bird.configure().isEmpty();
      }
      if (!bird.defines(mark)) {
        throw Needs.noInclude(settings);
      }
    }
  }

  private void note(String problem) {
    if (!problem.equals(trouble)) {
      if (problem.isEmpty()) {
        LOG.info("BIRD is ready to route through tunnels");
      } else {
        LOG.warn("no routing by BIRD: {}", problem);
      }
      trouble = problem;
    }
  }
}
