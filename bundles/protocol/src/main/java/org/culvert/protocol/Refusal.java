package org.culvert.protocol;

import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.status.StatusCode;

/**
 * A refusal that a client is told, for the operator.
 *
 * @param code what the client is told
 * @param reason why, in lower-case words of ours, few enough to count by
 * @param detail what else is known of it; may hold words of the client's
 * @param mechanism the SASL mechanism that the client asked for, as it wrote it
 * @param user whom the client had authenticated as
 */
public record Refusal(
    StatusCode code,
    String reason,
    Optional<String> detail,
    Optional<String> mechanism,
    Optional<Identity> user) {}
