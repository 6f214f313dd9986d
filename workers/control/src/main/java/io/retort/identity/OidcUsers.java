package io.retort.identity;

import com.google.common.base.CharMatcher;
import com.nimbusds.jwt.JWTClaimsSet;
import io.retort.v1.OidcUser;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** People of an OIDC provider, from the claims of their tokens. */
final class OidcUsers implements Authenticator.Bearers {
  private static final int LONGEST_NAME = 100;
  private static final int MOST_GROUPS = 1000;

  private final OidcSettings settings;
  private final OidcProvider provider;
  private final AccessFile roles;

  OidcUsers(OidcSettings settings, OidcProvider provider, AccessFile roles) {
    this.settings = settings;
    this.provider = provider;
    this.roles = roles;
  }

  @Override
  public Optional<Caller> caller(String credentials) throws IOException {
    boolean isJwt = CharMatcher.is('.').countIn(credentials) == 2;
    return isJwt && !settings.audience().isEmpty()
        ? provider.claims(credentials, settings.audience()).map(this::user).map(roles::caller)
        : Optional.empty();
  }

  /** Of more groups than a thousand the others count for nothing. */
  OidcUser user(JWTClaimsSet claims) {
    Object name = claims.getClaim(settings.nameClaim());
    String shown = name instanceof String text && !text.isBlank() ? text : claims.getSubject();
    OidcUser.Builder user =
        OidcUser.newBuilder().setSubject(clean(claims.getSubject())).setName(clean(shown));
    if (claims.getClaim(settings.groupsClaim()) instanceof List<?> groups) {
      groups.stream()
          .limit(MOST_GROUPS)
          .filter(String.class::isInstance)
          .map(String.class::cast)
          .forEach(user::addGroups);
    }
    return user.build();
  }

  private static String clean(String text) {
    return CharMatcher.javaIsoControl()
        .replaceFrom(text.substring(0, Math.min(LONGEST_NAME, text.length())), '?');
  }
}
