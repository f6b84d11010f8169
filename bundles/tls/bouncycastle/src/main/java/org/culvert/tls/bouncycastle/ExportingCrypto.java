package org.culvert.tls.bouncycastle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.jcajce.util.JcaJceHelper;
import org.bouncycastle.tls.crypto.TlsCryptoUtils;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JceTlsSecret;
import org.jspecify.annotations.Nullable;

/**
 * The cryptography of one connection, which keeps what {@code tls-exporter} binds to (RFC 9266).
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

  private byte @Nullable [] binding;

  ExportingCrypto(JcaJceHelper helper, SecureRandom entropy, SecureRandom nonces) {
    super(helper, entropy, nonces);
  }

  /** Returns the binding, once both sides have said all that goes into it. */
  synchronized Optional<byte[]> binding() {
    return Optional.ofNullable(binding).map(byte[]::clone);
  }

  @Override
  public TlsSecret hkdfInit(int hash) {
    return new Descendant(super.hkdfInit(hash));
  }

  /** RFC 8446 section 7.5, for the label of RFC 9266 and an empty context. */
  private synchronized void export(TlsSecret exporterMaster, int hash) {
    byte[] empty = createHash(hash).calculateHash();
    try {
      TlsSecret labelled =
          TlsCryptoUtils.hkdfExpandLabel(
              exporterMaster, hash, "EXPORTER-Channel-Binding", empty, empty.length);
      binding =
          TlsCryptoUtils.hkdfExpandLabel(labelled, hash, "exporter", empty, BINDING_OCTETS)
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

    /**
     * @param plain is taken over and destroyed
     */
    Descendant(TlsSecret plain) {
      super(ExportingCrypto.this, plain.extract());
    }

    @Override
    public synchronized TlsSecret hkdfExtract(int hash, TlsSecret keyMaterial) {
      return new Descendant(super.hkdfExtract(hash, keyMaterial));
    }

    @Override
    public synchronized TlsSecret hkdfExpand(int hash, byte[] info, int length) {
      Descendant expanded = new Descendant(super.hkdfExpand(hash, info, length));
      if (isExporterMaster(info)) {
        export(expanded, hash);
      }
      return expanded;
    }
  }
}
