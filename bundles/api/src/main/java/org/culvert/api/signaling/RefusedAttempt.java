package org.culvert.api.signaling;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath;

/**
 * Something that a client attempted and that was refused. All of it is fit to be printed.
 *
 * @param last when it was refused for the last time
 * @param times how often it was, from any port
 * @param user whom the client authenticated as, or tried to, if it named anybody; of a name that no
 *     account has, which may be a password in the wrong place, {@code #} and a hash
 * @param transport how it came
 * @param source where it came from, its last port included, as the operator wants addresses shown
 * @param mechanism the SASL mechanism that it asked for
 * @param code what it was told; empty if the connection was closed instead
 * @param reason why, for the operator; the client is told less
 */
public record RefusedAttempt(
    Instant last,
    long times,
    Optional<String> user,
    SignalingPath.Transport transport,
    String source,
    Optional<String> mechanism,
    Optional<StatusCode> code,
    String reason) {}
