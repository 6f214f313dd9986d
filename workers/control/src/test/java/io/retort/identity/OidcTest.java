package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.retort.store.Store;
import io.retort.v1.Role;
import io.retort.worker.AcceptThreads;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a provider on loopback. */
class OidcTest {
  private static final MovableClock CLOCK = new MovableClock();
  private static FakeProvider provider;
  private static Access access;
  private static Server server;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    provider = new FakeProvider();
    Path file = folder.resolve("access.yaml");
    Files.writeString(
        file,
        """
        oidc:
          issuer: %s
          audience: retort
          client_id: pages
          redirect_uri: http://localhost/login/callback
        grants:
          - {group: nlp, team: nlp, role: operator}
          - {group: leads, team: "*", role: viewer}
          - {subject: ana-1, team: vision, role: approver}
        """
            .formatted(provider.issuer()));
    String storeUri = "file://" + folder.resolve("store").toAbsolutePath();
    access =
        Access.open(
            new Environment(
                Map.of("RETORT_AUTH", "required", "RETORT_ACCESS_FILE", file.toString())),
            "127.0.0.1",
            Store.open(storeUri),
            storeUri,
            CLOCK);
    ServerBuilder builder = Server.builder().bossGroupFactory(AcceptThreads::of).http(0);
    access.login(LoginPage::plain).addTo(builder);
    server = builder.build();
    server.start().join();
  }

  @AfterAll
  static void stop() {
    server.stop().join();
    access.close();
    provider.close();
  }

  @Test
  void groupsAndSubjectsBecomeRoles() throws Exception {
    Caller caller = caller(provider.sign(claims().build())).orElseThrow();
    assertThat(caller.name()).isEqualTo("ana@example.com");
    assertThat(caller.id()).isEqualTo("oidc:ana-1");
    assertThat(caller.roles())
        .isEqualTo(Map.of("nlp", Role.ROLE_OPERATOR, "vision", Role.ROLE_APPROVER));
    Caller stranger =
        caller(provider.sign(claims().subject("eve").claim("groups", List.of()).build()))
            .orElseThrow();
    assertThat(stranger.roles()).isEmpty();
  }

  @Test
  void whatTheProviderHasNotIssuedForUsIsRefused() throws Exception {
    Date past = Date.from(CLOCK.instant().minus(Duration.ofMinutes(5)));
    List<String> wrong =
        List.of(
            provider.sign(claims().audience("other").build()),
            provider.sign(claims().issuer("https://evil.example").build()),
            provider.sign(claims().expirationTime(past).build()),
            provider.sign(claims().expirationTime(null).build()),
            FakeProvider.sign(claims().build(), FakeProvider.newKey("key-1")),
            new PlainJWT(claims().build()).serialize(),
            symmetric(claims().build()),
            "a.b.c");
    for (String jwt : wrong) {
      assertThat(caller(jwt)).as(jwt).isEmpty();
    }
  }

  @Test
  void aNewKeyOfTheProviderIsFound() throws Exception {
    try (FakeProvider rotating = new FakeProvider()) {
      OidcProvider keys = new OidcProvider(URI.create(rotating.issuer()), CLOCK);
      JWTClaimsSet claims = claims().issuer(rotating.issuer()).build();
      assertThat(keys.claims(rotating.sign(claims), "retort")).isPresent();
      assertThat(keys.claims(rotating.sign(claims), "retort")).isPresent();
      assertThat(rotating.keysRead).hasValue(1);
      rotating.replaceKey();
      assertThat(keys.claims(rotating.sign(claims), "retort")).isPresent();
      assertThat(rotating.keysRead).hasValue(2);
    }
  }

  @Test
  void aProviderThatIsAwayIsNotAskedByEachCall() throws Exception {
    FakeProvider gone = new FakeProvider();
    OidcProvider keys = new OidcProvider(URI.create(gone.issuer()), CLOCK);
    String jwt = gone.sign(claims().issuer(gone.issuer()).build());
    gone.close();
    assertThatThrownBy(() -> keys.claims(jwt, "retort"))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("a moment ago");
    assertThatThrownBy(() -> keys.claims(jwt, "retort")).hasMessageContaining("a moment ago");
    CLOCK.advance(Duration.ofSeconds(11));
    assertThatThrownBy(() -> keys.claims(jwt, "retort"))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("a moment ago");
  }

  @Test
  void aPersonLogsInToThePages() throws Exception {
    Browser browser = new Browser(server.activeLocalPort());
    QueryParams asked = begin(browser);
    assertThat(asked.get("client_id")).isEqualTo("pages");
    assertThat(asked.get("code_challenge_method")).isEqualTo("S256");
    answer(asked, asked.get("nonce", ""));

    HttpResponse<String> back = browser.get("/login/callback?code=c-1&state=" + asked.get("state"));
    assertThat(back.statusCode()).as(back.body()).isEqualTo(303);
    assertThat(Browser.location(back)).isEqualTo("/runs");
    assertThat(access.sessions().caller(browser.cookieHeader()).map(Caller::id))
        .contains("oidc:ana-1");
    assertThat(browser.cookies).containsOnlyKeys(Sessions.COOKIE);
  }

  @Test
  void anAnswerThatWasNotAskedForIsRefused() throws Exception {
    Browser browser = new Browser(server.activeLocalPort());
    QueryParams asked = begin(browser);
    answer(asked, asked.get("nonce", ""));
    assertThat(browser.get("/login/callback?code=c-1&state=other").statusCode()).isEqualTo(401);
    Browser other = new Browser(server.activeLocalPort());
    assertThat(other.get("/login/callback?code=c-1&state=" + asked.get("state")).statusCode())
        .isEqualTo(401);
    answer(asked, "of another login");
    assertThat(browser.get("/login/callback?code=c-1&state=" + asked.get("state")).statusCode())
        .isEqualTo(401);
    assertThat(browser.cookies).doesNotContainKey(Sessions.COOKIE);
  }

  @Test
  void aWrongFileIsNamed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("access.yaml");
    for (Map.Entry<String, String> wrong :
        Map.of(
                "grants: [{group: a, team: nlp, role: boss}]",
                "grants.role: boss (expected: viewer, operator, approver or admin)",
                "grants: [{team: nlp, role: viewer}]",
                "(expected: one of them)",
                "oidc: {issuer: 'http://id.example', audience: retort}",
                "oidc.issuer: http://id.example (expected: an https address)",
                "roles: []",
                "roles")
            .entrySet()) {
      Files.writeString(file, wrong.getKey());
      assertThatThrownBy(() -> AccessFile.read(file))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("access.yaml")
          .hasMessageContaining(wrong.getValue());
    }
  }

  private static QueryParams begin(Browser browser) throws Exception {
    HttpResponse<String> sent = browser.get("/login/oidc?next=/runs");
    assertThat(sent.statusCode()).isEqualTo(303);
    String location = Browser.location(sent);
    assertThat(location).startsWith(provider.issuer() + "/authorize?");
    return QueryParams.fromQueryString(location.substring(location.indexOf('?') + 1));
  }

  private static void answer(QueryParams asked, String nonce) throws Exception {
    provider.code = "c-1";
    provider.challenge = asked.get("code_challenge", "");
    provider.idToken = provider.sign(claims().audience("pages").claim("nonce", nonce).build());
  }

  private static Optional<Caller> caller(String jwt) {
    return access.authenticator().find("Bearer " + jwt, "");
  }

  private static String symmetric(JWTClaimsSet claims) throws Exception {
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    jwt.sign(new MACSigner(new byte[32]));
    return jwt.serialize();
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(provider.issuer())
        .audience("retort")
        .subject("ana-1")
        .claim("email", "ana@example.com")
        .claim("groups", List.of("nlp", "unknown"))
        .issueTime(Date.from(CLOCK.instant()))
        .expirationTime(Date.from(CLOCK.instant().plus(Duration.ofMinutes(5))));
  }
}
