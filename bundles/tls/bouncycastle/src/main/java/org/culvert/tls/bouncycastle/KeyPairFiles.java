package org.culvert.tls.bouncycastle;

import java.nio.file.Path;

/**
 * Where a certificate and its key lie, and which configuration keys said so.
 *
 * @param certificate the chain, PEM, the leaf first
 * @param key the leaf's private key, PEM
 * @param certificateKey names the file of the chain in the configuration
 * @param keyKey names the file of the private key in the configuration
 */
record KeyPairFiles(Path certificate, Path key, String certificateKey, String keyKey) {}
