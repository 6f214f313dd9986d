package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.retort.store.Store;
import io.retort.v1.ApiToken;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import io.retort.worker.AcceptThreads;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions as a browser sees them. */
class LoginServiceTest {
  private static final MovableClock CLOCK = new MovableClock();
  private static Path folder;
  private static String storeUri;
  private static Access access;
  private static Server server;
  private static TokenStore tokens;

  @BeforeAll
  static void start(@TempDir Path store) {
    folder = store;
    storeUri = "file://" + store.toAbsolutePath();
    access = open("required", "127.0.0.1");
    tokens = new TokenStore(Store.open(storeUri), storeUri, CLOCK);
    ServerBuilder builder =
        Server.builder()
            .bossGroupFactory(AcceptThreads::of)
            .http(0)
            .decorator("/page", access.pages())
            .service(
                "/page",
                (ctx, request) ->
                    HttpResponse.of(PageAccess.call(ctx, () -> Caller.current().name())));
    access.login(LoginPage::plain).addTo(builder);
    server = builder.build();
    server.start().join();
  }

  @AfterAll
  static void stop() {
    server.stop().join();
    access.close();
  }

  @Test
  void aTokenOpensASessionAndALogoutEndsIt() throws Exception {
    Browser browser = new Browser(server.activeLocalPort());
    java.net.http.HttpResponse<String> sent = browser.get("/page?x=1");
    assertThat(sent.statusCode()).isEqualTo(303);
    assertThat(Browser.location(sent)).isEqualTo("/login?next=%2Fpage%3Fx%3D1");
    assertThat(browser.get(Browser.location(sent)).body())
        .contains("name=\"next\" value=\"/page?x=1\"");

    java.net.http.HttpResponse<String> wrong =
        browser.post("/login", Map.of("token", "rtk_" + "0".repeat(72), "next", "/page"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(browser.cookies).isEmpty();

    java.net.http.HttpResponse<String> right =
        browser.post("/login", Map.of("token", secret("ana"), "next", "/page"));
    assertThat(right.statusCode()).isEqualTo(303);
    assertThat(Browser.location(right)).isEqualTo("/page");
    assertThat(right.headers().firstValue("set-cookie").orElse(""))
        .startsWith("__Host-retort-session=")
        .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax");
    assertThat(browser.get("/page").body()).isEqualTo("ana");

    assertThat(browser.post("/logout", Map.of()).statusCode()).isEqualTo(403);
    String kept = browser.cookieHeader();
    java.net.http.HttpResponse<String> left =
        browser.post("/logout", Map.of("csrf", Csrf.token(kept)));
    assertThat(left.statusCode()).isEqualTo(303);
    assertThat(access.sessions().caller(kept)).isEmpty();
    assertThat(browser.get("/page").statusCode()).isEqualTo(303);
  }

  @Test
  void aSessionEndsWithItsTokenAndWithItsTime() throws Exception {
    TokenStore.Created created = token("ben", Duration.ofDays(30));
    String revoked = cookie(created.secret().reveal());
    assertThat(access.sessions().caller(revoked).map(Caller::name)).contains("ben");
    Optional<ApiToken> unused = tokens.revoke(created.token().getTokenId(), "test");
    CLOCK.advance(Duration.ofSeconds(6));
    assertThat(access.sessions().caller(revoked)).isEmpty();

    String old = cookie(token("eva", Duration.ofDays(30)).secret().reveal());
    CLOCK.advance(Duration.ofHours(12));
    assertThat(access.sessions().caller(old)).isEmpty();
    String later = cookie(secret("eva"));
    assertThat(access.sessions().caller(later)).isPresent();
    try (Stream<Path> sessions = Files.list(folder.resolve("access/sessions"))) {
      assertThat(sessions).as("expired sessions are removed").hasSize(1);
    }
  }

  @Test
  void theStoreHasNoSecret() throws Exception {
    TokenStore.Created created = token("kim", Duration.ofDays(1));
    String cookie = cookie(created.secret().reveal());
    String all;
    try (Stream<Path> files = Files.walk(folder.resolve("access"))) {
      all =
          files
              .filter(Files::isRegularFile)
              .map(LoginServiceTest::text)
              .collect(Collectors.joining());
    }
    assertThat(all)
        .contains(created.secret().sha256())
        .doesNotContain(created.secret().reveal())
        .doesNotContain(cookie.substring(cookie.indexOf('=') + 1));
    assertThat(created.secret().toString()).doesNotContain(created.secret().reveal());
  }

  @Test
  void anExpiredTokenIsNoLonger() throws Exception {
    TokenStore.Created created = token("old", Duration.ofMinutes(2));
    Authenticator authenticator = access.authenticator();
    String header = "Bearer " + created.secret().reveal();
    assertThat(authenticator.find(header, "")).isPresent();
    assertThat(authenticator.find(header.replace("rtk_", "rtk-"), "")).isEmpty();
    assertThat(authenticator.find("Basic " + header, "")).isEmpty();
    assertThat(authenticator.find("Bearer " + "x".repeat(9000), "")).isEmpty();
    CLOCK.advance(Duration.ofMinutes(3));
    assertThat(authenticator.find(header, "")).isEmpty();
  }

  @Test
  void aLoginLeadsToThisServerAlone() {
    assertThat(LoginService.next("/runs?phase=FAILED")).isEqualTo("/runs?phase=FAILED");
    for (String wrong :
        new String[] {"//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb"}) {
      assertThat(LoginService.next(wrong)).isEqualTo("/");
    }
    assertThat(LoginPage.plain("/\"><script>", "<b>", false))
        .doesNotContain("<script>")
        .doesNotContain("<b>");
  }

  @Test
  void aProofBelongsToOneSession() throws Exception {
    String one = cookie(secret("one"));
    String other = cookie(secret("other"));
    assertThat(Csrf.matches(one, Csrf.token(one))).isTrue();
    assertThat(Csrf.matches(other, Csrf.token(one))).isFalse();
    assertThat(Csrf.matches("", "")).isFalse();
  }

  @Test
  void onlyLoopbackIsServedWithoutAuthentication() {
    assertThatThrownBy(() -> open("", "0.0.0.0"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_AUTH: not set while RETORT_HOST is 0.0.0.0");
    assertThatThrownBy(() -> open("off", "0.0.0.0"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_AUTH: off");
    assertThatThrownBy(() -> open("maybe", "127.0.0.1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("maybe (expected: required, or off on loopback)");
    try (Access off = open("", "127.0.0.1")) {
      assertThat(off.authenticator().isRequired()).isFalse();
      assertThat(off.authenticator().find("", "").map(Caller::isAuthenticated)).contains(false);
    }
  }

  private static Access open(String auth, String host) {
    return Access.open(
        new Environment(Map.of("RETORT_AUTH", auth)), host, Store.open(storeUri), storeUri, CLOCK);
  }

  private static String cookie(String token) throws IOException {
    String header = access.sessions().open(token).orElseThrow();
    return header.substring(0, header.indexOf(';'));
  }

  private static String secret(String name) throws IOException {
    return token(name, Duration.ofDays(1)).secret().reveal();
  }

  private static TokenStore.Created token(String name, Duration lifetime) throws IOException {
    return tokens.create(
        name,
        List.of(Grant.newBuilder().setTeam("nlp").setRole(Role.ROLE_VIEWER).build()),
        lifetime,
        "test",
        new SecureRandom());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
