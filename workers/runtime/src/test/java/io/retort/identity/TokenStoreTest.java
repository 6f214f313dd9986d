package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.store.Store;
import io.retort.v1.ApiToken;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStoreTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder = Path.of("");

  @Test
  void aSecretIsRecognisedAndATypingErrorIsNot() {
    TokenSecret secret = TokenSecret.generate(new SecureRandom());
    String text = secret.reveal();
    assertThat(TokenSecret.parse(text).orElseThrow().tokenId()).isEqualTo(secret.tokenId());
    char last = text.charAt(10) == '0' ? '1' : '0';
    assertThat(TokenSecret.parse(text.substring(0, 10) + last + text.substring(11))).isEmpty();
    assertThat(TokenSecret.parse(text + "0")).isEmpty();
    assertThat(TokenSecret.parse("")).isEmpty();
    assertThat(secret.matches(secret.sha256())).isTrue();
    assertThat(secret.matches(TokenSecret.generate(new SecureRandom()).sha256())).isFalse();
  }

  @Test
  void aTokenEndsAtItsTime() throws IOException {
    ApiToken token =
        at(NOW).create("ci", grants(), Duration.ofHours(1), "ana", new SecureRandom()).token();
    assertThat(at(NOW.plusSeconds(3599)).isValid(token)).isTrue();
    assertThat(at(NOW.plusSeconds(3600)).isValid(token)).isFalse();
  }

  /** As when one control plane revokes a token while another records its use. */
  @Test
  void aRevocationStays() throws IOException {
    String id =
        at(NOW)
            .create("ci", grants(), Duration.ofHours(1), "ana", new SecureRandom())
            .token()
            .getTokenId();
    ApiToken revoked = at(NOW.plusSeconds(5)).revoke(id, "ana").orElseThrow();
    ApiToken again = at(NOW.plusSeconds(9)).revoke(id, "bob").orElseThrow();
    assertThat(again).isEqualTo(revoked);
    ApiToken used = at(NOW.plusSeconds(9)).touch(id).orElseThrow();
    assertThat(used.getRevokedBy()).isEqualTo("ana");
    assertThat(at(NOW).isValid(used)).isFalse();
    assertThat(at(NOW).touch("0".repeat(20))).isEmpty();
    assertThat(at(NOW).ids()).containsExactly(id);
  }

  private TokenStore at(Instant now) {
    String uri = "file://" + folder.toAbsolutePath();
    return new TokenStore(Store.open(uri), uri, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static List<Grant> grants() {
    return List.of(Grant.newBuilder().setTeam("nlp").setRole(Role.ROLE_OPERATOR).build());
  }
}
