package org.culvert.conformance.client;

/** What a step of a script does, by the word that a script has for it. */
enum Act {
  /** The client says a line that fits a regular expression; over UDP it is a datagram. */
  LINE("C"),
  /** The client sends a create, framed as it should be. */
  CREATE("C create"),
  /** The client accepts the offer. */
  ACCEPT("C accept"),
  /** The client rejects the offer. */
  REJECT("C reject"),
  /** The client accepts or rejects the offer, as it likes. */
  ANSWER("C answer"),
  /** Something about the XML of the client's last command. */
  SEE("C see"),
  /** The client asks for the next message with a bare header; nothing on TCP. */
  POLL("C poll"),
  /** The client may ask with a bare header, and is then told this line; or it goes on. */
  MAYBE_POLL("C maybe-poll"),
  /** The client asks with a bare header, or says nothing for a moment. */
  AGAIN_OR_SILENT("C again-or-silent"),
  /** The client sends PLAIN's credentials, the right ones. */
  PLAIN("C plain"),
  /** The client answers the challenge of DIGEST-MD5, rightly. */
  DIGEST("C digest"),
  /** The client sends the first message of SCRAM. */
  SCRAM_FIRST("C scram-first"),
  /** The client sends the last message of SCRAM, with the right proof. */
  SCRAM_LAST("C scram-last"),
  /** The client has sent its last message so often before it was heard: {@code 2}, {@code 6}. */
  RESENT("C resent"),
  /** The distances between those grow. */
  SLOWS("C slows"),
  /** A new session begins: {@code at other1}, {@code 100..8000}. */
  BACK("C back"),
  /** No session begins for so many milliseconds, on the same transport. */
  CALM("C calm"),
  /** At most so many sessions begin in so many milliseconds: {@code 3 2000}. */
  MOST("C most"),
  /** For so many milliseconds the client neither accepts nor asks again, whatever it rejects. */
  GIVES_UP("C gives-up"),
  /** The client says nothing new in its session for so many milliseconds. */
  QUIET("C quiet"),
  /** The client has measured the way to a place. */
  MEASURED("C measured"),
  /** No session has begun at a place. */
  SHUNS("C shuns"),
  /** So many echo requests come out of the tunnel at distances such as {@code 3 700..1100}. */
  PINGS("C pings"),
  /** The client authenticates by whatever of the kit's mechanisms it prefers. */
  LOGIN("login"),
  /** The steps of a part. */
  PLAY("play"),
  /** The server says a line; CR LF is added. */
  SAY("S"),
  /** The server sends octets as they are written. */
  RAW("S raw"),
  /** The server sends octets written in hexadecimal. */
  HEX("S hex"),
  /** The server sends a frame: its Content-length header, the text, CR LF. */
  FRAMED("S framed"),
  /** The server sends a bare header; nothing on TCP. */
  EMPTY("S empty"),
  /** The server lets a client speak first: a bare header over UDP, an empty line over TCP. */
  GO_AHEAD("S go-ahead"),
  /** The server acknowledges an accept: a frame with 200 over UDP, nothing on TCP. */
  ACKNOWLEDGE("S acknowledge"),
  /** A datagram without a header of ours, in hexadecimal. */
  DATAGRAM("S datagram"),
  /** The answer comes from another port than the one that was asked. */
  STRANGER("S stranger"),
  /** What stands before the next frame instead of {@code Content-length: ${length}\r\n}. */
  HEADER("header"),
  /** TCP: the next text goes out in pieces of so many octets, so many milliseconds apart. */
  SPLIT("split"),
  /** The next text waits for the one after it, and shares its segment or datagram. */
  JOIN("join"),
  /** UDP: the next answer goes out twice. */
  TWICE("twice"),
  /** UDP: the next answer has another sequence number: {@code +1}, {@code 0}. */
  SEQUENCE("sequence"),
  /** UDP: the next answer has this timestamp. */
  STAMP("stamp"),
  /** UDP: the client's next message gets lost so many times. */
  LOSE("lose"),
  /** The echo requests at a place are answered after so many milliseconds, or {@code never}. */
  ECHO("echo"),
  /** From here on, echo requests out of the tunnel are not answered. */
  UNREACHABLE("unreachable"),
  /** The server waits for so many milliseconds. */
  PAUSE("pause"),
  /** The server closes the connection; over UDP it forgets the session. */
  CLOSE("close"),
  /** The server resets the connection; over UDP it forgets the session. */
  RESET("reset");

  private final String word;

  Act(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
