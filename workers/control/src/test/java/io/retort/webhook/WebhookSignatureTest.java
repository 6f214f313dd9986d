package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors computed with Python's hmac module. */
final class WebhookSignatureTest {
  private static final WebhookSecret OLD =
      WebhookSecret.parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").orElseThrow();
  private static final WebhookSecret NEW =
      WebhookSecret.parse("whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=").orElseThrow();
  private static final Instant NOW = Instant.ofEpochSecond(1_767_225_600);
  private static final byte[] BODY =
      "{\"type\":\"dev.retort.run.phase_changed.v1\",\"data\":{\"note\":\"größer ☃\"}}"
          .getBytes(StandardCharsets.UTF_8);
  private static final String BY_OLD = "v1,Ng0SwMOQM41nEpv4Rmy0uLw4ZLqe8aRsyIWqrjEVjEI=";
  private static final String BY_NEW = "v1,ChtwRntyZxRtRRQ6+WP7Z+T4J+gw0HgX3pdw98HbGoQ=";

  @Test
  void signsWithEachSecret() {
    assertThat(WebhookSignature.sign("evt-1", NOW, BODY, List.of(OLD))).isEqualTo(BY_OLD);
    assertThat(WebhookSignature.sign("evt-1", NOW, BODY, List.of(OLD, NEW)))
        .isEqualTo(BY_OLD + " " + BY_NEW);
  }

  /** The example of the specification. */
  @Test
  void signsAsOthersDo() {
    WebhookSecret secret =
        WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").orElseThrow();

    assertThat(
            WebhookSignature.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8),
                List.of(secret)))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        BY_OLD,
        BY_NEW,
        BY_OLD + " " + BY_NEW,
        "v1a,AAAA v1,AAAA " + BY_NEW,
        "v1, " + BY_OLD,
        "  " + BY_OLD
      })
  void acceptsOneSignatureByOneOfTheSecrets(String signatures) {
    assertThat(verify("evt-1", "1767225600", signatures, NOW)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1,",
        "v1,AAAA",
        "v2,Ng0SwMOQM41nEpv4Rmy0uLw4ZLqe8aRsyIWqrjEVjEI=",
        "Ng0SwMOQM41nEpv4Rmy0uLw4ZLqe8aRsyIWqrjEVjEI=",
        "v1,Ng0SwMOQM41nEpv4Rmy0uLw4ZLqe8aRsyIWqrjEVjEJ=",
        "v1,Ng0SwMOQM41nEpv4Rmy0uLw4ZLqe8aRsyIWqrjEVjEI",
        "v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a " + BY_OLD
      })
  void refusesOtherSignatures(String signatures) {
    assertThat(verify("evt-1", "1767225600", signatures, NOW)).isFalse();
  }

  @Test
  void theIdAndTheTimeAreSignedToo() {
    assertThat(verify("evt-2", "1767225600", BY_OLD, NOW)).isFalse();
    assertThat(verify("", "1767225600", BY_OLD, NOW)).isFalse();
    assertThat(verify("evt-1", "1767225601", BY_OLD, NOW)).isFalse();
    assertThat(verify("evt-1", "", BY_OLD, NOW)).isFalse();
    assertThat(verify("evt-1", "+1767225600", BY_OLD, NOW)).isFalse();
    assertThat(verify("evt-1", "99999999999999999999", BY_OLD, NOW)).isFalse();
    // Shifted over the separator.
    assertThat(verify("evt-1.1767225600", "1767225600", BY_OLD, NOW)).isFalse();
  }

  @Test
  void toleratesFiveMinutesInBothDirections() {
    Duration five = Duration.ofMinutes(5);
    assertThat(verify("evt-1", "1767225600", BY_OLD, NOW.plus(five))).isTrue();
    assertThat(verify("evt-1", "1767225600", BY_OLD, NOW.minus(five))).isTrue();
    assertThat(verify("evt-1", "1767225600", BY_OLD, NOW.plus(five).plusMillis(1))).isFalse();
    assertThat(verify("evt-1", "1767225600", BY_OLD, NOW.minus(five).minusMillis(1))).isFalse();
  }

  @Test
  void aSecretThatIsGoneSignsNothing() {
    assertThat(WebhookSignature.verify("evt-1", "1767225600", BY_OLD, BODY, List.of(NEW), NOW))
        .isFalse();
    assertThat(WebhookSignature.verify("evt-1", "1767225600", BY_OLD, BODY, List.of(), NOW))
        .isFalse();
  }

  private static boolean verify(String id, String timestamp, String signatures, Instant now) {
    return WebhookSignature.verify(id, timestamp, signatures, BODY, List.of(OLD, NEW), now);
  }
}
