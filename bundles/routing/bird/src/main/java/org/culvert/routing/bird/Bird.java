package org.culvert.routing.bird;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.service.ServiceException;

/** Speaks to a running BIRD of version 2 or later, for one thread. */
final class Bird implements AutoCloseable {
  /** Headings of the list of protocols are of another kind. */
  private static final int PROTOCOL = 1002;

  private static final int DETAIL = 1006;
  private static final int GREETING = 1;
  private static final int SHUTTING_DOWN = 6;
  private static final int RUNNING = 13;
  private static final int SYMBOL = 1010;
  private static final int OLDEST = 2;
  private static final Pattern VERSION =
      Pattern.compile("BIRD (?:version )?v?([0-9]{1,4})\\b(\\S*).*");
  private static final Pattern PLACE = Pattern.compile("(/[^: ]+):([0-9]+(?::[0-9]+)?) (.*)");
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ControlSocket socket;

  private Bird(ControlSocket socket) {
    this.socket = socket;
  }

  /**
   * What BIRD does not like about its configuration.
   *
   * @param file the file's whole name, or empty text
   * @param text where in that file and what, in one line
   */
  record Complaint(String file, String text) {}

  /** Connects to BIRD and looks who it is. */
  static Bird connect(BirdSettings settings) throws ServiceException {
    ControlSocket socket;
    try {
      socket = ControlSocket.connect(settings.socket(), settings.timeout());
    } catch (IOException e) {
      throw notThere(settings, e);
    }
    Bird bird = new Bird(socket);
    try {
      bird.greet();
      return bird;
    } catch (ServiceException e) {
      bird.close();
      throw e;
    } catch (IOException e) {
      bird.close();
      throw failed(e);
    }
  }

  private void greet() throws IOException, ServiceException {
    Reply greeting = socket.read();
    Matcher version = VERSION.matcher(greeting.text());
    if (greeting.code() != GREETING || !version.matches()) {
      throw new UnexpectedReplyException("no greeting");
    }
    if (Integer.parseInt(version.group(1)) < OLDEST) {
      throw ServiceException.lasting(
          "BIRD "
              + (version.group(1) + version.group(2))
              + " is too old; install BIRD 2.0.8 or a later one",
          null);
    }
  }

  /** Returns all of BIRD's protocols whose names begin in a way; empty text: all. */
  List<ProtocolLine> protocols(String beginning) throws ServiceException {
    String pattern = beginning.isEmpty() ? "" : " \"" + beginning + "*\"";
    List<ProtocolLine> protocols = new ArrayList<>();
    // Where none has such a name, BIRD says that in an error of its own.
    for (String text : ask("show protocols" + pattern).texts(PROTOCOL)) {
      ProtocolLine.of(text).ifPresent(protocols::add);
    }
    return protocols;
  }

  /** Returns all that BIRD tells about one protocol; empty where it has none of that name. */
  ProtocolDetails details(String name) throws ServiceException {
    if (!name.matches("[A-Za-z0-9_.:-]+")) {
      return new ProtocolDetails(List.of(), List.of());
    }
    Reply reply = ask("show protocols all \"" + name + "\"");
    List<ProtocolLine> lines = new ArrayList<>();
    for (String text : reply.texts(PROTOCOL)) {
      ProtocolLine.of(text).ifPresent(lines::add);
    }
    return new ProtocolDetails(lines, reply.texts(DETAIL));
  }

  /** Tells whether BIRD's configuration defines a name. */
  boolean defines(String symbol) throws ServiceException {
    return ask("show symbols " + symbol).texts(SYMBOL).stream()
        .anyMatch(text -> text.startsWith(symbol) && !text.contains("undefined"));
  }

  /** Lets BIRD read its configuration without using it; returns what it does not like. */
  List<Complaint> check() throws ServiceException {
    return complaints(ask("configure check"));
  }

  /**
   * Lets BIRD read and use its configuration, and waits until it does. What is as before goes on
   * undisturbed. It is not told to do that "softly": then a filter that the operator has changed
   * would be in use for new routes alone, and no later command would make up for that.
   *
   * @return what BIRD does not like; if anything, it goes on as before
   */
  List<Complaint> configure() throws ServiceException {
    Reply reply = ask("configure");
    List<Complaint> complaints = complaints(reply);
    if (!complaints.isEmpty()) {
      return complaints;
    }
    if (reply.code() == SHUTTING_DOWN) {
      throw ServiceException.passing("BIRD is shutting down", null);
    }
    while (true) {
      Reply status = ask("show status");
      if (status.code() == RUNNING) {
        if (!status.text().contains("econfiguration in progress")) {
          return List.of();
        }
      } else if (status.isError()) {
        throw ServiceException.passing("BIRD: " + status.text(), null);
      }
      if (socket.left().isZero()) {
        throw failed(new SocketTimeoutException("BIRD is still busy with its configuration"));
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private static List<Complaint> complaints(Reply reply) {
    if (!reply.isError()) {
      return List.of();
    }
    Matcher place = PLACE.matcher(reply.text());
    return List.of(
        place.matches()
            ? new Complaint(place.group(1), "line " + place.group(2) + ": " + place.group(3))
            : new Complaint("", reply.text()));
  }

  private Reply ask(String command) throws ServiceException {
    try {
      return socket.ask(command);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static ServiceException failed(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return ServiceException.passing("BIRD is running, but hangs: no answer in time", e);
    }
    if (e instanceof UnexpectedReplyException) {
      return ServiceException.passing(
          "who answers at BIRD's control socket is not BIRD: " + e.getMessage(), e);
    }
    return ServiceException.passing("BIRD broke off: " + e.getMessage(), e);
  }

  private static ServiceException notThere(BirdSettings settings, IOException e) {
    String what = String.valueOf(e.getMessage());
    if (e instanceof SocketTimeoutException) {
      return failed(e);
    }
    if (what.contains("ermission denied")) {
      return ServiceException.lasting(
          "not allowed to speak to BIRD at "
              + settings.socket()
              + "; let this process be in BIRD's group",
          e);
    }
    return ServiceException.passing(
        "BIRD is not running, or not at " + settings.socket() + ": " + what, e);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // There is nothing that could be lost.
      throw new java.io.UncheckedIOException(e);
    }
  }
}
