package org.culvert.transport;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.culvert.api.tls.TlsProvider;
import org.culvert.tls.bouncycastle.BouncyCastleTls;

/** Providers of TLS with a certificate of their own, and clients that know it. */
final class TestTls {
  private final Path directory;
  private final TlsProvider server;

  private TestTls(Path directory, TlsProvider server) {
    this.directory = directory;
    this.server = server;
  }

  /** Makes a server's, with its certificate in a directory. */
  static TestTls in(Path directory, Map<String, ?> changes) throws IOException {
    System.setProperty("karaf.data", directory.toString());
    try {
      TlsProvider server = provider(changes);
      server.server();
      return new TestTls(directory, server);
    } finally {
      System.clearProperty("karaf.data");
    }
  }

  TlsProvider server() {
    return server;
  }

  /** Makes a client's, which knows the server's certificate by its fingerprint. */
  TlsProvider client(Map<String, ?> changes) throws IOException, GeneralSecurityException {
    Map<String, Object> all = new HashMap<>(Map.of("broker_pins", new String[] {fingerprint()}));
    all.putAll(changes);
    return provider(all);
  }

  Path certificateFile() {
    return directory.resolve("culvert/tls/certificate.pem");
  }

  Path keyFile() {
    return directory.resolve("culvert/tls/key.pem");
  }

  Certificate certificate() throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(certificateFile())) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  String fingerprint() throws IOException, GeneralSecurityException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate().getEncoded()));
  }

  /** Connects with the TLS of Java, trusting anybody; shakes no hands yet. */
  static SSLSocket connect(int port) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(new Socket(Fixtures.LOOPBACK, port), "localhost", port, true);
      socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
      return socket;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static TlsProvider provider(Map<String, ?> changes) throws IOException {
    return new BouncyCastleTls(
        (BouncyCastleTls.Config)
            Proxy.newProxyInstance(
                TestTls.class.getClassLoader(),
                new Class<?>[] {BouncyCastleTls.Config.class},
                (proxy, method, arguments) ->
                    changes.containsKey(method.getName())
                        ? changes.get(method.getName())
                        : method.getDefaultValue()));
  }

  private static final class Trusting extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
