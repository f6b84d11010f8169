package org.culvert.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.registry.Directory.Found;

/** Writes answers as JSON (RFC 9083). */
final class RdapObjects {
  private static final JsonFactory JSON = new JsonFactory();

  private final Directory directory;

  RdapObjects(Directory directory) {
    this.directory = directory;
  }

  /** Writes a network. */
  byte[] network(Assignment assignment) {
    return document(
        json -> {
          IpPrefix prefix = assignment.prefix();
          json.writeStringField("objectClassName", "ip network");
          json.writeStringField("handle", prefix.toString());
          json.writeStringField("startAddress", IpAddresses.text(prefix.network()));
          json.writeStringField("endAddress", IpAddresses.text(last(prefix)));
          json.writeStringField(
              "ipVersion", prefix.network().getAddress().length == 4 ? "v4" : "v6");
          json.writeStringField("name", assignment.name(settings().source()));
          json.writeStringField("type", assignment.status());
          if (!settings().country().equals("ZZ")) {
            json.writeStringField("country", settings().country());
          }
          strings(json, "status", List.of("active"));
          json.writeArrayFieldStart("entities");
          entity(json, directory.contact(settings().contact()), List.of("administrative", "abuse"));
          if (assignment.handle().isPresent()) {
            entity(json, directory.contact(assignment.handle().get()), List.of("registrant"));
          }
          json.writeEndArray();
          if (assignment.since().isPresent()) {
            json.writeArrayFieldStart("events");
            json.writeStartObject();
            json.writeStringField("eventAction", "registration");
            json.writeStringField("eventDate", Rpsl.time(assignment.since().get()));
            json.writeEndObject();
            json.writeEndArray();
          }
          links(json, "ip/" + IpAddresses.text(prefix.network()) + "/" + prefix.length());
        });
  }

  /** Writes a contact. */
  byte[] contact(Found.Contact contact) {
    return document(json -> fields(json, contact, List.of("registrant")));
  }

  /** Writes what is told to one who asks for help. */
  byte[] help() {
    return document(
        json -> {
          json.writeArrayFieldStart("notices");
          json.writeStartObject();
          json.writeStringField("title", settings().organisation());
          strings(
              json,
              "description",
              List.of(
                  "Networks: /ip/{address} and /ip/{address}/{length}.",
                  "Contacts: /entity/{nic-handle}."));
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  /** Writes an error (RFC 9083 section 6). */
  byte[] error(int status, String title) {
    return document(
        json -> {
          json.writeNumberField("errorCode", status);
          json.writeStringField("title", title);
        });
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private Settings settings() {
    return directory.settings();
  }

  private byte[] document(Content content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      strings(json, "rdapConformance", List.of("rdap_level_0"));
      content.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void entity(JsonGenerator json, Found found, List<String> roles) throws IOException {
    if (found instanceof Found.Contact contact) {
      json.writeStartObject();
      fields(json, contact, roles);
      json.writeEndObject();
    }
  }

  private void fields(JsonGenerator json, Found.Contact contact, List<String> roles)
      throws IOException {
    json.writeStringField("objectClassName", "entity");
    json.writeStringField("handle", contact.handle());
    strings(json, "roles", contact.isOperator() ? List.of("administrative", "abuse") : roles);
    json.writeArrayFieldStart("vcardArray");
    json.writeString("vcard");
    json.writeStartArray();
    property(json, "version", "4.0");
    property(json, "fn", contact.name());
    property(json, "kind", contact.isOperator() ? "org" : "individual");
    if (contact.mailbox().isPresent()) {
      property(json, "email", contact.mailbox().get());
    }
    json.writeEndArray();
    json.writeEndArray();
    links(json, "entity/" + contact.handle());
  }

  private static void property(JsonGenerator json, String name, String value) throws IOException {
    json.writeStartArray();
    json.writeString(name);
    json.writeStartObject();
    json.writeEndObject();
    json.writeString("text");
    json.writeString(value);
    json.writeEndArray();
  }

  private void links(JsonGenerator json, String path) throws IOException {
    if (settings().rdapUrl().isEmpty()) {
      return;
    }
    String url = settings().rdapUrl().get() + path;
    json.writeArrayFieldStart("links");
    json.writeStartObject();
    json.writeStringField("value", url);
    json.writeStringField("rel", "self");
    json.writeStringField("href", url);
    json.writeStringField("type", RdapServer.MEDIA_TYPE);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static InetAddress last(IpPrefix prefix) {
    byte[] octets = prefix.network().getAddress();
    for (int bit = prefix.length(); bit < octets.length * 8; bit++) {
      octets[bit / 8] |= (byte) (0x80 >> (bit % 8));
    }
    return IpAddresses.of(octets);
  }
}
