package io.retort.identity;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.Server;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.retort.worker.AcceptThreads;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An OIDC provider with one key, which it can replace. */
final class FakeProvider implements AutoCloseable {
  final AtomicInteger keysRead = new AtomicInteger();
  private final Server server;
  private volatile RSAKey key;

  /** What the token endpoint expects and answers with. */
  volatile String code = "";

  volatile String challenge = "";
  volatile String idToken = "";

  FakeProvider() throws JOSEException {
    key = newKey("key-1");
    server =
        Server.builder()
            .bossGroupFactory(AcceptThreads::of)
            .http(0)
            .service("/.well-known/openid-configuration", (ctx, request) -> configuration())
            .service(
                "/keys",
                (ctx, request) -> {
                  keysRead.incrementAndGet();
                  return HttpResponse.of(
                      HttpStatus.OK,
                      MediaType.JSON_UTF_8,
                      new JWKSet(key.toPublicJWK()).toString());
                })
            .service(
                "/token",
                (ctx, request) ->
                    HttpResponse.of(
                        request.aggregate().thenApply(whole -> token(whole.contentUtf8()))))
            .build();
    server.start().join();
  }

  String issuer() {
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  void replaceKey() throws JOSEException {
    key = newKey("key-2");
  }

  String sign(JWTClaimsSet claims) throws JOSEException {
    return sign(claims, key);
  }

  static String sign(JWTClaimsSet claims, RSAKey key) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
    jwt.sign(new RSASSASigner(key));
    return jwt.serialize();
  }

  static RSAKey newKey(String id) throws JOSEException {
    return new RSAKeyGenerator(2048).keyID(id).generate();
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse configuration() {
    return HttpResponse.ofJson(
        Map.of(
            "issuer", issuer(),
            "jwks_uri", issuer() + "/keys",
            "authorization_endpoint", issuer() + "/authorize",
            "token_endpoint", issuer() + "/token"));
  }

  private HttpResponse token(String body) {
    QueryParams form = QueryParams.fromQueryString(body);
    return form.get("code", "").equals(code)
            && challenge(form.get("code_verifier", "")).equals(challenge)
        ? HttpResponse.ofJson(Map.of("id_token", idToken))
        : HttpResponse.of(HttpStatus.BAD_REQUEST);
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
