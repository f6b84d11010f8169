package org.culvert.registry;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code etc/org.culvert.registry.cfg}; lists are separated by commas. */
@ObjectClassDefinition(name = "Culvert registry: whois and RDAP", id = Settings.PID)
@interface Config {
  @AttributeDefinition(
      description =
          "Where whois answers: address:port, or [address]:port. Empty: nowhere. The usual port is"
              + " 43.")
  String[] whois() default {};

  @AttributeDefinition(
      description =
          "Where RDAP answers, over HTTP without TLS: put a web server that speaks TLS in front of"
              + " it. Empty: nowhere.")
  String[] rdap() default {};

  @AttributeDefinition(
      description =
          "The address of RDAP as the public knows it, for links in answers, for example"
              + " https://rdap.example.net/. Empty: answers have no links.")
  String rdapUrl() default "";

  @AttributeDefinition(
      description =
          "Your networks that prefixes are cut from, told to those who ask about the rest of them.")
  String[] networks() default {};

  @AttributeDefinition(description = "Your name, as it stands in answers.")
  String organisation() default "Culvert tunnel broker";

  @AttributeDefinition(
      description = "The nic-handle of your own contact, for example OPS1-EXAMPLE.")
  String contact() default "OPS-CULVERT";

  @AttributeDefinition(description = "Where to write about abuse. Empty: not told.")
  String abuseMailbox() default "";

  @AttributeDefinition(description = "Country of the networks, two letters; ZZ for none.")
  String country() default "ZZ";

  @AttributeDefinition(
      description = "Name of this registry, in capital letters; handles of users end in it.")
  String source() default "CULVERT";

  @AttributeDefinition(
      description =
          "What is told of who holds a prefix: none (that it is assigned, and your contact), handle"
              + " (the holder's nic-handle too), or user (the account's name too).")
  String show() default "none";

  @AttributeDefinition(
      description =
          "Nic-handles of users, as user=HANDLE. Others get one made of their name, as in"
              + " ALICE-CULVERT.")
  String[] handles() default {};

  @AttributeDefinition(
      description = "Queries a minute from one IPv4 address, or one IPv6 prefix of 64 bits.",
      min = "1",
      max = "100000")
  int queriesPerMinute() default 60;

  @AttributeDefinition(
      description = "Connections at a time, for whois and for RDAP each.",
      min = "1",
      max = "1000")
  int connections() default 64;
}
