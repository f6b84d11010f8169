package org.culvert.conformance;

/** What a step of a dialogue does, by the word that a case file has for it. */
enum Verb {
  /** The client says a line; CR LF is added. */
  SAY("C"),
  /** The client sends octets as they are written. */
  RAW("C raw"),
  /** The client sends octets written in hexadecimal. */
  HEX("C hex"),
  /** The client sends a command: the Content-length header, the text, CR LF. */
  XML("C xml"),
  /** The client sends a datagram that has no header but what is written, in hexadecimal. */
  DATAGRAM("C datagram"),
  /** The client asks for the next message with a bare header; nothing on TCP. */
  POLL("C poll"),
  /** The client sends its last datagram again, under a new timestamp. */
  AGAIN("C again"),
  /** The client sends its last datagram again, octet for octet. */
  AGAIN_EXACT("C again-exact"),
  /** The server answers with a line that has no frame: a status or a regular expression. */
  LINE("S"),
  /** The server answers with a frame: the statuses that are right. */
  FRAMED("S framed"),
  /** Something about the XML of the last answer. */
  SEE("S see"),
  /** Remembers something of the XML of the last answer under a name. */
  SAVE("S save"),
  /** The server closes the connection. */
  CLOSED("S closed"),
  /** The server says nothing for so many milliseconds, and stays. */
  SILENT("S silent"),
  /** The server says nothing for so many milliseconds, or closes. */
  NO_ANSWER("S no-answer"),
  /** The server gives the same answer as before. */
  SAME("S same"),
  /** The server answers with a bare header; nothing on TCP. */
  EMPTY("S empty"),
  /** The server lets the client speak first: an empty line over TCP, a bare header over UDP. */
  GO_AHEAD("S go-ahead"),
  /** The server does as it likes for so many milliseconds. */
  ANY("S any"),
  /** The server has taken an accept: a framed 200 over UDP, that or nothing over TCP. */
  ACCEPTED("S accepted"),
  /** The next answers may share a segment, as the questions did. */
  TOGETHER("S together"),
  /** The server opens a session for somebody else. */
  ALIVE("S alive"),
  /** The client authenticates: anonymous, user, plain, digest-md5 or any; and the version. */
  LOGIN("login"),
  /** The client opens another session, from another port. */
  CONNECT("connect"),
  /** The same, but what was granted is kept. */
  RECONNECT("reconnect"),
  /** The sessions after this one come from the same address. */
  STAY("stay"),
  /** So many other clients send so much each, and stay. */
  CROWD("crowd"),
  /** Remembers a text under a name. */
  KEEP("keep"),
  /** Two texts are not the same. */
  DIFFER("differ"),
  /** A text fits a regular expression, which is the last word. */
  MATCH("match"),
  /** The client sends what comes next in pieces of so many octets, so many milliseconds apart. */
  SPLIT("split"),
  /** The client waits for so many milliseconds. */
  PAUSE("pause"),
  /** The next datagram's sequence number: +N and -N from the last, or a number. */
  SEQUENCE("sequence"),
  /** The next datagram's timestamp. */
  STAMP("stamp"),
  /** From here on the header is in the order of old little-endian clients. */
  LITTLE_ENDIAN("little-endian"),
  /** What stands before the next command instead of {@code Content-length: ${length}\r\n}. */
  HEADER("header");

  private final String word;

  Verb(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
