package io.retort.pages;

import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.RequestHeaders;
import io.retort.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Double submit without state: a random cookie, and in each form the HMAC of that cookie and the
 * caller. The key lives as long as the process; forms shown before a restart have to be loaded
 * again.
 */
final class HmacCsrf implements Csrf {
  private static final String COOKIE = "retort_csrf";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final SecureRandom random;
  private final byte[] key = new byte[BYTES];

  HmacCsrf(SecureRandom random) {
    this.random = random;
    random.nextBytes(key);
  }

  @Override
  public Token issue(RequestHeaders headers, Caller caller) {
    Optional<String> known = nonce(headers);
    if (known.isPresent()) {
      return new Token(sign(known.get(), caller), Optional.empty());
    }
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String nonce = encode(bytes);
    String cookie =
        COOKIE
            + "="
            + nonce
            + "; Path=/; HttpOnly; SameSite=Strict"
            + ("https".equals(headers.scheme()) ? "; Secure" : "");
    return new Token(sign(nonce, caller), Optional.of(cookie));
  }

  @Override
  public boolean isValid(RequestHeaders headers, Caller caller, String token) {
    // Browsers state where a request comes from; a page of another site cannot change it.
    String site = headers.get("sec-fetch-site", "same-origin");
    return (site.equals("same-origin") || site.equals("none"))
        && nonce(headers)
            .filter(
                nonce ->
                    MessageDigest.isEqual(
                        sign(nonce, caller).getBytes(StandardCharsets.UTF_8),
                        token.getBytes(StandardCharsets.UTF_8)))
            .isPresent();
  }

  private static Optional<String> nonce(RequestHeaders headers) {
    return headers.cookies().stream()
        .filter(cookie -> cookie.name().equals(COOKIE))
        .map(Cookie::value)
        .filter(value -> NONCE.matcher(value).matches())
        .findFirst();
  }

  private String sign(String nonce, Caller caller) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return encode(mac.doFinal((nonce + "|" + caller.id()).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + ": is not available", e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
