package io.retort.identity;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code oidc} of {@code access.yaml}.
 *
 * @param issuer its configuration is read from {@code ISSUER/.well-known/openid-configuration}
 * @param audience of tokens that callers of the API send; empty: none are accepted
 * @param groupsClaim claim with the names of a person's groups
 * @param nameClaim claim with the name to show; without it the subject is shown
 * @param clientId of the pages; empty: people cannot log in to them with the provider
 * @param redirectUri {@code https://HOST/login/callback}, as it is registered with the provider
 */
record OidcSettings(
    URI issuer,
    String audience,
    @JsonProperty("groups_claim") String groupsClaim,
    @JsonProperty("name_claim") String nameClaim,
    @JsonProperty("client_id") String clientId,
    @JsonProperty("redirect_uri") @Nullable URI redirectUri,
    List<String> scopes) {
  OidcSettings {
    require(issuer != null && isSecure(issuer), "issuer", issuer, "an https address");
    audience = Objects.requireNonNullElse(audience, "");
    groupsClaim = Objects.requireNonNullElse(groupsClaim, "groups");
    nameClaim = Objects.requireNonNullElse(nameClaim, "email");
    clientId = Objects.requireNonNullElse(clientId, "");
    scopes = List.copyOf(Objects.requireNonNullElse(scopes, List.of("openid", "profile", "email")));
    require(
        clientId.isEmpty()
            || (redirectUri != null
                && isSecure(redirectUri)
                && redirectUri.getPath().equals("/login/callback")),
        "redirect_uri",
        redirectUri,
        "https://HOST/login/callback");
    require(
        !audience.isEmpty() || !clientId.isEmpty(), "audience", audience, "set, or client_id set");
  }

  /** Without TLS anybody on the way could be the provider, except on this machine. */
  static boolean isSecure(URI uri) {
    return uri.getHost() != null
        && ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme())
                && (uri.getHost().equals("localhost") || uri.getHost().equals("127.0.0.1"))));
  }

  private static void require(
      boolean valid, String field, @Nullable Object value, String expected) {
    if (!valid) {
      throw new IllegalArgumentException(
          "oidc." + field + ": " + value + " (expected: " + expected + ")");
    }
  }
}
