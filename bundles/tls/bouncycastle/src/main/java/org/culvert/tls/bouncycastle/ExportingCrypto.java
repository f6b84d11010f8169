package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.jcajce.util.JcaJceHelper;
import org.bouncycastle.tls.crypto.TlsCryptoUtils;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JceTlsSecret;

/**
 * The cryptography of many connections, which keeps what {@code tls-exporter} binds each of them to
 * (RFC 9266).
 *
 * <p>Bouncy Castle throws a connection's exporter secret away as the handshake ends, before anybody
 * who has but the engine could export something (bcgit/bc-java issue 1535). All secrets of TLS 1.3
 * descend from one that is made here; so each of its descendants is made one of ours, and when the
 * exporter's is derived the binding is computed beside it. The secrets of TLS 1.2 begin elsewhere,
 * and there is no such binding. Should another release derive its secrets in another way, there is
 * none either, and a test fails.
 */
final class ExportingCrypto extends JcaTlsCrypto {
  /** RFC 8446 section 7.1, as HKDF-Expand-Label writes it: after two octets of length and one. */
  private static final byte[] EXPORTER_MASTER =
      "tls13 exp master".getBytes(StandardCharsets.US_ASCII);

  private static final int LABEL_AT = 3;
  private static final int BINDING_OCTETS = 32;

  /** The connection that this thread works for. */
  private final ThreadLocal<ExportedBinding> served = new ThreadLocal<>();

  ExportingCrypto(JcaJceHelper helper, SecureRandom entropy, SecureRandom nonces) {
    super(helper, entropy, nonces);
  }

  /** Begins to work for a connection on this thread, until the scope is closed. */
  Scope worksFor(ExportedBinding binding) {
    served.set(binding);
    return served::remove;
  }

  /** Work for one connection. */
  interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public TlsSecret hkdfInit(int hash) {
    TlsSecret first = super.hkdfInit(hash);
    ExportedBinding binding = served.get();
    return binding == null ? first : new Descendant(first, binding);
  }

  /** RFC 8446 section 7.5, for the label of RFC 9266 and an empty context. */
  private byte[] exported(TlsSecret exporterMaster, int hash) {
    byte[] empty = createHash(hash).calculateHash();
    try {
      TlsSecret labelled =
          TlsCryptoUtils.hkdfExpandLabel(
              exporterMaster, hash, "EXPORTER-Channel-Binding", empty, empty.length);
      return TlsCryptoUtils.hkdfExpandLabel(labelled, hash, "exporter", empty, BINDING_OCTETS)
          .extract();
    } catch (IOException e) {
      throw new IllegalStateException("a label does not fit", e);
    }
  }

  private static boolean isExporterMaster(byte[] info) {
    int end = LABEL_AT + EXPORTER_MASTER.length;
    return info.length >= end
        && info[LABEL_AT - 1] == EXPORTER_MASTER.length
        && Arrays.equals(info, LABEL_AT, end, EXPORTER_MASTER, 0, EXPORTER_MASTER.length);
  }

  /** A secret whose descendants are of the same kind. */
  private final class Descendant extends JceTlsSecret {
    private final ExportedBinding binding;

    /**
     * @param plain is taken over and destroyed
     * @param binding the connection's
     */
    Descendant(TlsSecret plain, ExportedBinding binding) {
      super(ExportingCrypto.this, plain.extract());
      this.binding = binding;
    }

    @Override
    public synchronized TlsSecret hkdfExtract(int hash, TlsSecret keyMaterial) {
      return new Descendant(super.hkdfExtract(hash, keyMaterial), binding);
    }

    @Override
    public synchronized TlsSecret hkdfExpand(int hash, byte[] info, int length) {
      Descendant expanded = new Descendant(super.hkdfExpand(hash, info, length), binding);
      if (isExporterMaster(info)) {
        binding.set(exported(expanded, hash));
      }
      return expanded;
    }
  }
}
