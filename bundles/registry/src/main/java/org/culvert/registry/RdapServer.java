package org.culvert.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.culvert.api.net.IpPrefix;
import org.culvert.registry.Directory.Found;

/** Answers RDAP at one address, over HTTP (RFC 7480, RFC 9082). */
final class RdapServer implements AutoCloseable {
  static final String MEDIA_TYPE = "application/rdap+json";

  private static final int BACKLOG = 64;
  private static final int LONGEST_PATH = 255;
  private static final String IP = "/ip/";
  private static final String ENTITY = "/entity/";

  private final HttpServer server;
  private final Directory directory;
  private final RdapObjects objects;
  private final QueryLimit limit;

  private record Answer(int status, byte[] body) {}

  /**
   * Begins to listen.
   *
   * @param connections answers; the caller closes it
   * @throws IOException if the address cannot be listened at
   */
  RdapServer(
      InetSocketAddress address, Directory directory, QueryLimit limit, ExecutorService connections)
      throws IOException {
    this.directory = directory;
    this.objects = new RdapObjects(directory);
    this.limit = limit;
    server = HttpServer.create(address, BACKLOG);
    server.setExecutor(connections);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      exchange.getResponseHeaders().set("Content-Type", MEDIA_TYPE);
      exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
      boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.status(), hasBody ? answer.body().length : -1);
      if (hasBody) {
        exchange.getResponseBody().write(answer.body());
      }
    }
  }

  private Answer answer(HttpExchange exchange) {
    if (!limit.allows(exchange.getRemoteAddress().getAddress(), System.nanoTime())) {
      return error(429, "Too many queries");
    }
    if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
      return error(405, "Only GET and HEAD are answered");
    }
    String path = exchange.getRequestURI().getPath();
    if (path.length() > LONGEST_PATH) {
      return error(414, "The path is too long");
    }
    if (path.equals("/help")) {
      return new Answer(200, objects.help());
    }
    if (path.startsWith(IP)) {
      Optional<IpPrefix> prefix = Directory.prefix(path.substring(IP.length()));
      return prefix.isEmpty()
          ? error(400, "Not an address or a prefix")
          : found(directory.network(prefix.get()));
    }
    return path.startsWith(ENTITY)
        ? found(directory.contact(path.substring(ENTITY.length())))
        : error(501, "Only networks and contacts are known here");
  }

  private Answer found(Found found) {
    if (found instanceof Found.Network network) {
      return new Answer(200, objects.network(network.assignment()));
    }
    return found instanceof Found.Contact contact
        ? new Answer(200, objects.contact(contact))
        : error(404, "Nothing is registered there");
  }

  private Answer error(int status, String title) {
    return new Answer(status, objects.error(status, title));
  }
}
