package org.culvert.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.ExternalIdentityCallback;
import org.culvert.api.account.PasswordCheckCallback;
import org.culvert.api.account.ScramSecret;
import org.culvert.api.account.ScramSecretCallback;

/**
 * Answers whatever a server's mechanism may ask, out of passwords: our own mechanisms and those of
 * the JDK, which want the password itself.
 */
final class Users implements CallbackHandler {
  private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};

  private final Map<String, String> passwords;
  private final byte[] channel;
  private final String certified;
  private String name = "";

  /**
   * @param channel what the connection has to bind to; none if empty
   * @param certified whom the client's certificate names; nobody if empty
   */
  Users(Map<String, String> passwords, byte[] channel, String certified) {
    this.passwords = passwords;
    this.channel = channel;
    this.certified = certified;
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof PasswordCheckCallback check) {
        check.verified(new String(check.password()).equals(passwords.get(check.user())));
      } else if (callback instanceof DigestSecretCallback digest) {
        password(digest.user())
            .ifPresent(password -> digest.secret(digest(digest.user(), digest.realm(), password)));
      } else if (callback instanceof ScramSecretCallback scram) {
        password(scram.user())
            .ifPresent(password -> scram.secret(scram(scram.mechanism(), password)));
      } else if (callback instanceof ChannelBindingCallback binding) {
        if (channel.length > 0) {
          binding.octets(channel);
        }
      } else if (callback instanceof ExternalIdentityCallback external) {
        if (!certified.isEmpty()) {
          external.user(certified);
        }
      } else if (callback instanceof AuthorizeCallback authorize) {
        authorize.setAuthorized(
            authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
      } else if (callback instanceof NameCallback asked) {
        name = asked.getDefaultName();
        asked.setName(name);
      } else if (callback instanceof PasswordCallback asked) {
        password(name).map(String::toCharArray).ifPresent(asked::setPassword);
      } else if (callback instanceof RealmCallback realm) {
        realm.setText(realm.getDefaultText());
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  private Optional<String> password(String user) {
    return Optional.ofNullable(passwords.get(user));
  }

  private static DigestSecret digest(String user, String realm, String password) {
    try {
      return new DigestSecret(
          realm,
          MessageDigest.getInstance("MD5").digest(octets(user + ":" + realm + ":" + password)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static ScramSecret scram(String mechanism, String password) {
    String hash = mechanism.substring("SCRAM-".length());
    String hmac = "Hmac" + hash.replace("-", "");
    int bits = hash.equals("SHA-1") ? 160 : 256;
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2With" + hmac)
              .generateSecret(new PBEKeySpec(password.toCharArray(), SALT, 4096, bits))
              .getEncoded();
      byte[] storedKey = MessageDigest.getInstance(hash).digest(hmac(hmac, salted, "Client Key"));
      return new ScramSecret(mechanism, SALT, 4096, storedKey, hmac(hmac, salted, "Server Key"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(String algorithm, byte[] key, String text)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(key, algorithm));
    return mac.doFinal(octets(text));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
