package org.culvert.routing.bird;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.culvert.api.service.ServiceException;

/**
 * Brings tunnels' files and BIRD together. Whoever comes first takes with him all changes that
 * wait: he 1. leaves out what is so already, 2. looks whether BIRD has what routes need, 3. writes
 * the files, 4. lets BIRD check them and takes back what it does not like, 5. lets BIRD use them,
 * and 6. looks whether it does.
 */
final class Provision {
  private final BirdSettings settings;
  private final ConfigurationDirectory directory;
  private final Queue<Change> waiting = new ConcurrentLinkedQueue<>();

  /** Guards the directory and what became of changes. */
  private final ReentrantLock lock = new ReentrantLock();

  Provision(BirdSettings settings) {
    this.settings = settings;
    this.directory = new ConfigurationDirectory(settings.directory());
  }

  /** Makes a change, together with those of other threads. */
  void make(Change change) throws ServiceException {
    waiting.add(change);
    lock.lock();
    try {
      if (!change.isDone()) {
        List<Change> changes = new ArrayList<>();
        for (Change next = waiting.poll(); next != null; next = waiting.poll()) {
          changes.add(next);
        }
        makeAll(changes);
      }
      change.result();
    } finally {
      lock.unlock();
    }
  }

  private void makeAll(List<Change> changes) {
    List<Change> open = new ArrayList<>(changes);
    each(open, change -> change.noteBefore(directory.read(change.name().file())));
    try (Bird bird = Bird.connect(settings)) {
      leaveOutWhatIsSo(open, bird);
      if (open.stream().anyMatch(change -> change.content().isPresent())) {
        Needs.check(bird, settings);
      }
      each(open, this::write);
      if (!open.isEmpty() && isSafe(open, bird) && isUsed(open, bird)) {
        lookForAll(open, bird);
      }
    } catch (ServiceException e) {
      // What shall be gone does no harm if it is: BIRD may never come back.
      each(open, change -> leaveBehind(change, e));
    } finally {
      // None must wait for ever, whatever happened.
      changes.stream()
          .filter(change -> !change.isDone())
          .forEach(c -> c.fail(ServiceException.passing("BIRD was not told", null)));
    }
  }

  private void leaveOutWhatIsSo(List<Change> open, Bird bird) throws ServiceException {
    for (Iterator<Change> i = open.iterator(); i.hasNext(); ) {
      Change change = i.next();
      if (change.before().equals(change.content())
          && isThere(change, bird) == change.content().isPresent()) {
        change.succeed();
        i.remove();
      }
    }
  }

  private void write(Change change) throws ServiceException {
    change.noteWritten();
    directory.write(change.name().file(), change.content());
  }

  private void takeBack(Change change) throws ServiceException {
    directory.write(change.name().file(), change.before());
  }

  private void leaveBehind(Change change, ServiceException why) throws ServiceException {
    if (change.content().isEmpty()) {
      directory.write(change.name().file(), change.content());
    } else if (change.isWritten()) {
      takeBack(change);
    }
    change.fail(why);
  }

  private boolean isSafe(List<Change> open, Bird bird) throws ServiceException {
    while (!open.isEmpty()) {
      List<Bird.Complaint> complaints = bird.check();
      if (complaints.isEmpty()) {
        return true;
      }
      giveUp(open, complaints.get(0));
    }
    return false;
  }

  private boolean isUsed(List<Change> open, Bird bird) throws ServiceException {
    List<Bird.Complaint> complaints = bird.configure();
    if (!complaints.isEmpty()) {
      giveUp(open, complaints.get(0));
      each(open, change -> leaveBehind(change, broken(complaints.get(0))));
      return false;
    }
    return true;
  }

  /** Takes back the one whose file it is, or else all. */
  private void giveUp(List<Change> open, Bird.Complaint complaint) throws ServiceException {
    for (Change change : open) {
      if (complaint.file().equals(directory.path(change.name().file()).toString())) {
        takeBack(change);
        change.fail(
            ServiceException.lasting(
                "BIRD refused "
                    + (change.name().file() + ", " + complaint.text())
                    + "; it was taken back",
                null));
        open.remove(change);
        return;
      }
    }
    throw broken(complaint);
  }

  private static ServiceException broken(Bird.Complaint complaint) {
    return ServiceException.passing(
        "BIRD's configuration has an error of somebody else's: "
            + (complaint.file().isEmpty() ? "" : complaint.file() + ", ")
            + complaint.text(),
        null);
  }

  private void lookForAll(List<Change> open, Bird bird) throws ServiceException {
    for (Change change : List.copyOf(open)) {
      boolean isWanted = change.content().isPresent();
      if (isThere(change, bird) == isWanted) {
        change.succeed();
      } else if (isWanted) {
        takeBack(change);
        change.fail(Needs.noInclude(settings));
      } else {
        change.fail(
            ServiceException.passing(
                "BIRD still has " + change.name().text() + ", though its file is gone", null));
      }
      open.remove(change);
    }
  }

  /** Tells whether BIRD has the tunnel's protocols, or some of them where they shall be gone. */
  private static boolean isThere(Change change, Bird bird) throws ServiceException {
    TunnelName name = change.name();
    Set<String> names =
        bird.protocols(name.text()).stream().map(ProtocolLine::name).collect(Collectors.toSet());
    return change.content().isPresent()
        ? names.containsAll(Set.of(name.text(), name.announcer(), name.pipe()))
        : !names.isEmpty();
  }

  /** Does something for each; what fails is done with. */
  private static void each(List<Change> open, Deed deed) {
    for (Change change : List.copyOf(open)) {
      try {
        deed.apply(change);
      } catch (ServiceException e) {
        change.fail(e);
        open.remove(change);
      }
    }
  }

  /** What is done with a change. */
  private interface Deed {
    void apply(Change change) throws ServiceException;
  }
}
