package org.culvert.tls.bouncycastle;

import javax.net.ssl.SSLContext;

/**
 * What one side shows of itself and whom it trusts: read once, with all that its connections share.
 *
 * @param context makes their engines
 * @param crypto does their cryptography
 */
record Identity(SSLContext context, ExportingCrypto crypto) {}
