package org.culvert.protocol;

/**
 * Where a {@link BrokerSession} puts its replies; called on the session's executor only.
 *
 * <p>On UDP every datagram that is given to {@link BrokerSession#received} gets one reply, at once
 * or later. A reply made inside {@code received} answers the datagram just given. One made later
 * answers the only earlier datagram that is still without a reply; it may never come if a newer
 * datagram has made it pointless.
 */
public interface SessionOutput {

  /**
   * Replies. On TCP the octets go out as a segment of their own; on UDP they are the one reply to a
   * datagram, and may be none at all.
   */
  void reply(byte[] data);

  /**
   * Replies once more, on TCP only. The octets must not share a segment with those of the reply
   * before, so the transport lets about 100 ms pass, and holds back whatever is written meanwhile:
   * old clients read one segment for each reply they expect.
   */
  void replyApart(byte[] data);

  /**
   * Ends the session after what was written has gone out. On UDP the session is forgotten except
   * for its last reply, which a retransmission may ask for again.
   */
  void close();
}
