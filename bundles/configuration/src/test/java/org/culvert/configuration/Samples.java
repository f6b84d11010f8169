package org.culvert.configuration;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a bundle of a stranger may say of its configurations, and files for it. */
final class Samples {
  static final String METATYPE =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0" localization="x">
        <OCD id="com.example.Gre$Config" name="GRE">
          <AD id="key.number" name="N" type="Integer" cardinality="0" required="true" default="7"/>
          <AD id="checksum" name="C" type="Boolean" cardinality="0" required="true" default="false"/>
          <AD id="asNumber" name="A" type="Long" cardinality="0" required="true" default="0"/>
          <AD id="length" name="L" type="Integer" cardinality="0" min="0" max="128" default="0"/>
          <AD id="least" name="L" type="Long" cardinality="0" min="3" default="5"/>
          <AD id="most" name="L" type="Short" cardinality="0" max="3" default="2"/>
          <AD id="odd" name="L" type="Integer" cardinality="0" min="x" max="" default="2"/>
          <AD id="width" name="W" type="Integer" cardinality="0" required="true" default="32">
            <Option label="32" value="32"/>
            <Option label="30" value="30"/>
          </AD>
          <AD id="endpointPool" name="E" type="String" cardinality="0" required="true" default=""/>
          <AD id="udp.mechanisms" name="M" type="String" cardinality="2147483647" required="true"/>
          <AD id="order" name="O" type="String" cardinality="0" required="true" default="strict">
            <Option label="strict" value="strict"/>
            <Option label="any" value="any"/>
          </AD>
          <AD id="password" name="P" type="Password" cardinality="0" required="true" default=""/>
          <AD id="pin" name="P" type="Password" cardinality="0" required="true" default="">
            <Option label="none" value="none"/>
          </AD>
        </OCD>
        <Designate pid="com.example.gre">
          <Object ocdref="com.example.Gre$Config"/>
        </Designate>
        <Designate factoryPid="com.example.peer">
          <Object ocdref="com.example.Gre$Config"/>
        </Designate>
        <Designate factoryPid="com.example.gre.pool">
          <Object ocdref="com.example.Gre$Config"/>
        </Designate>
      </metatype:MetaData>
      """;

  private Samples() {}

  static Map<String, Definition> definitions() {
    try {
      List<Definition> read =
          MetatypeReader.read(new ByteArrayInputStream(METATYPE.getBytes(StandardCharsets.UTF_8)));
      return read.stream().collect(Collectors.toMap(Definition::pid, one -> one));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the framework makes of a file with one line. */
  static Dictionary<String, Object> file(String pid, String key, Object value) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("service.pid", pid);
    properties.put("felix.fileinstall.filename", "file:/opt/culvert/etc/" + pid + ".cfg");
    properties.put(key, value);
    return properties;
  }

  /** The same for one of several. */
  static Dictionary<String, Object> oneOf(String pid, String name, String key, Object value) {
    Dictionary<String, Object> properties = file(pid + "-" + name, key, value);
    properties.put("service.pid", pid + "~" + name);
    properties.put("service.factoryPid", pid);
    return properties;
  }
}
