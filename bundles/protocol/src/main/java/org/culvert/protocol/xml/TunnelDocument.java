package org.culvert.protocol.xml;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import com.ctc.wstx.stax.WstxOutputFactory;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.dataformat.xml.XmlFactory;
import com.fasterxml.jackson.dataformat.xml.XmlMapper;
import com.fasterxml.jackson.dataformat.xml.deser.FromXmlParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;

/**
 * Reads a tunnel element from octets that nobody vouches for.
 *
 * <p>Unknown elements and attributes are passed over. A document type, an entity other than XML's
 * own five, a processing instruction, a second root, and whatever exceeds the limits below are
 * refused; nothing is ever fetched.
 */
final class TunnelDocument {
  /** Octets of a document. */
  static final int MAX_OCTETS = 16 * 1024;

  /** Elements within one another; TSP itself needs five. */
  static final int MAX_DEPTH = 8;

  /** Elements of a document. */
  static final long MAX_ELEMENTS = 256;

  /** Attributes of one element. */
  static final int MAX_ATTRIBUTES = 16;

  /** Characters of one attribute. */
  static final int MAX_ATTRIBUTE_LENGTH = 1024;

  private static final String ROOT = "tunnel";
  private static final WstxInputFactory INPUT = input();
  private static final XmlMapper MAPPER = mapper();

  private TunnelDocument() {}

  /**
   * Reads a document.
   *
   * @throws IOException if it is not well-formed, is refused, or has another root
   */
  static TunnelElement read(byte[] document) throws IOException {
    if (document.length > MAX_OCTETS) {
      throw new IOException("XML of more than " + MAX_OCTETS + " octets");
    }
    try {
      XMLStreamReader reader =
          new Strict(INPUT.createXMLStreamReader(new ByteArrayInputStream(document), "UTF-8"));
      try {
        reader.nextTag();
        if (!ROOT.equalsIgnoreCase(reader.getLocalName())) {
          throw new IOException("XML without a tunnel element as its root");
        }
        TunnelElement tunnel = MAPPER.readValue(reader, TunnelElement.class);
        while (reader.hasNext()) {
          reader.next();
        }
        return tunnel;
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      throw new IOException("XML that is not well-formed or exceeds a limit", e);
    }
  }

  private static WstxInputFactory input() {
    WstxInputFactory input = new WstxInputFactory();
    input.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    input.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    // Not to replace them would make an undeclared entity nothing instead of an error.
    input.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
    input.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, MAX_DEPTH);
    input.setProperty(WstxInputProperties.P_MAX_ELEMENT_COUNT, MAX_ELEMENTS);
    input.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, MAX_ATTRIBUTES);
    input.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, MAX_ATTRIBUTE_LENGTH);
    input.setProperty(WstxInputProperties.P_MAX_TEXT_LENGTH, MAX_OCTETS);
    input.setProperty(WstxInputProperties.P_MAX_CHARACTERS, (long) MAX_OCTETS);
    return input;
  }

  private static XmlMapper mapper() {
    XmlFactory factory =
        XmlFactory.builder()
            .xmlInputFactory(INPUT)
            .xmlOutputFactory(new WstxOutputFactory())
            .disable(FromXmlParser.Feature.PROCESS_XSI_NIL)
            .build();
    return XmlMapper.builder(factory)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP))
        .build();
  }

  /** Refuses what the parser would pass over in silence. */
  private static final class Strict extends StreamReaderDelegate {
    Strict(XMLStreamReader reader) {
      super(reader);
    }

    @Override
    public int next() throws XMLStreamException {
      return checked(super.next());
    }

    @Override
    public int nextTag() throws XMLStreamException {
      int event = next();
      while (event == SPACE || event == COMMENT || (event == CHARACTERS && super.isWhiteSpace())) {
        event = next();
      }
      if (event != START_ELEMENT && event != END_ELEMENT) {
        throw new XMLStreamException("text where an element should stand");
      }
      return event;
    }

    private static int checked(int event) throws XMLStreamException {
      if (event == DTD || event == ENTITY_REFERENCE || event == PROCESSING_INSTRUCTION) {
        throw new XMLStreamException("document type, entity or processing instruction");
      }
      return event;
    }
  }
}
