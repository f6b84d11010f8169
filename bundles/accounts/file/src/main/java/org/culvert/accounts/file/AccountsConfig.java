package org.culvert.accounts.file;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator may set, in {@code etc/org.culvert.accounts.file.cfg}. */
@ObjectClassDefinition(
    name = "Culvert accounts in a file",
    description = "Where users and their password verifiers are kept.")
@interface AccountsConfig {
  @AttributeDefinition(
      name = "File",
      description =
          "The file with one user on each line. A relative name starts at Karaf's base directory."
              + " No file means no users.")
  String file() default "etc/culvert-users.properties";

  @AttributeDefinition(
      name = "Realm",
      description =
          "The realm of DIGEST-MD5. Users who were hashed for another realm must be given their"
              + " password again.")
  String realm() default "culvert";

  @AttributeDefinition(
      name = "DIGEST-MD5",
      description =
          "Whether users for whom the word digest is set may authenticate with DIGEST-MD5. It"
              + " needs a hash that is as good as the password within the realm; without it only"
              + " salted, slow hashes are kept.")
  boolean digestMd5() default true;

  @AttributeDefinition(
      name = "Iterations",
      description =
          "How much work a guess at a password costs where SCRAM's keys are stolen, and a client"
              + " at each connection: 4096 to 10000000. Passwords hashed before keep their"
              + " number.",
      min = "4096",
      max = "10000000")
  int iterations() default 50_000;

  @AttributeDefinition(
      name = "bcrypt cost",
      description =
          "How much work a guess costs where bcrypt's hash is stolen, and the broker at a login"
              + " by PLAIN: 8 to 16, each step doubles it. Passwords hashed before keep theirs.",
      min = "8",
      max = "16")
  int bcryptCost() default 11;
}
