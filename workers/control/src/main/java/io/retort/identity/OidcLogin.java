package io.retort.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.QueryParams;
import com.nimbusds.jwt.JWTClaimsSet;
import io.retort.store.Hashes;
import io.retort.v1.OidcUser;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Logs people in to the pages with an OIDC provider, by the authorization code flow with PKCE. What
 * has to be remembered while a person is at the provider is in a cookie of that browser alone.
 */
final class OidcLogin {
  private static final String COOKIE = "__Host-retort-login";
  private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax";
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int RANDOM_BYTES = 32;

  private final OidcSettings settings;
  private final OidcProvider provider;
  private final OidcUsers users;
  private final AccessFile roles;
  private final String clientSecret;
  private final SecureRandom random;

  /**
   * @param clientSecret empty for a public client
   */
  OidcLogin(
      OidcSettings settings,
      OidcProvider provider,
      OidcUsers users,
      AccessFile roles,
      String clientSecret,
      SecureRandom random) {
    this.settings = settings;
    this.provider = provider;
    this.users = users;
    this.roles = roles;
    this.clientSecret = clientSecret;
    this.random = random;
  }

  /** Where to send the browser, and the cookie to give it. */
  record Begun(String location, String setCookie) {}

  /**
   * The end of a login.
   *
   * @param caller empty if it was refused
   * @param message why; for the person
   */
  record Result(Optional<Caller> caller, String next, List<String> setCookies, String message) {
    static Result refused(String message) {
      return new Result(Optional.empty(), "/", List.of(), message);
    }
  }

  Begun begin(String next) throws IOException {
    String state = text();
    String nonce = text();
    String verifier = text();
    String location =
        provider.configuration().authorizationEndpoint()
            + (provider.configuration().authorizationEndpoint().getQuery() == null ? "?" : "&")
            + query(
                Map.of(
                    "response_type",
                    "code",
                    "client_id",
                    settings.clientId(),
                    "redirect_uri",
                    String.valueOf(settings.redirectUri()),
                    "scope",
                    String.join(" ", settings.scopes()),
                    "state",
                    state,
                    "nonce",
                    nonce,
                    "code_challenge",
                    challenge(verifier),
                    "code_challenge_method",
                    "S256"));
    String cookie =
        String.join(".", state, nonce, verifier, encode(next.getBytes(StandardCharsets.UTF_8)));
    return new Begun(
        location, COOKIE + "=" + cookie + ATTRIBUTES + "; Max-Age=" + LONGEST.toSeconds());
  }

  Result finish(QueryParams answer, String cookieHeader, Sessions sessions) throws IOException {
    List<String> begun =
        Sessions.cookie(cookieHeader, COOKIE)
            .map(value -> Arrays.asList(value.split("\\.", 5)))
            .filter(parts -> parts.size() == 4)
            .orElse(List.of());
    if (begun.isEmpty() || !isSame(begun.get(0), answer.get("state", ""))) {
      return Result.refused("The login was not begun in this browser, or it took too long.");
    }
    String code = answer.get("code", "");
    if (code.isEmpty()) {
      return Result.refused("The provider has refused the login.");
    }
    Optional<JWTClaimsSet> claims =
        provider.claims(idToken(code, begun.get(2)), settings.clientId());
    if (claims.isEmpty()
        || !(claims.get().getClaim("nonce") instanceof String nonce)
        || !isSame(begun.get(1), nonce)) {
      return Result.refused("The provider's answer is not valid.");
    }
    OidcUser user = users.user(claims.get());
    Caller caller = roles.caller(user);
    if (caller.roles().isEmpty()) {
      return Result.refused(caller.name() + " has no role in any team. Ask an admin.");
    }
    return new Result(
        Optional.of(caller),
        LoginService.next(decode(begun.get(3))),
        List.of(sessions.open(user), COOKIE + "=" + ATTRIBUTES + "; Max-Age=0"),
        "");
  }

  private String idToken(String code, String verifier) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(provider.configuration().tokenEndpoint())
            .timeout(TIMEOUT)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    query(
                        Map.of(
                            "grant_type",
                            "authorization_code",
                            "code",
                            code,
                            "redirect_uri",
                            String.valueOf(settings.redirectUri()),
                            "client_id",
                            settings.clientId(),
                            "code_verifier",
                            verifier))));
    if (!clientSecret.isEmpty()) {
      String pair = quote(settings.clientId()) + ":" + quote(clientSecret);
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
    JsonNode answer = provider.send(request.build());
    return answer.path("id_token").asText();
  }

  private String text() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return encode(bytes);
  }

  private static String challenge(String verifier) {
    return encode(Hashes.sha256().digest(verifier.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String decode(String text) {
    try {
      return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "/";
    }
  }

  private static boolean isSame(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + quote(entry.getValue()))
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String quote(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
