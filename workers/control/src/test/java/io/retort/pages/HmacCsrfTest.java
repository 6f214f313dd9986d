package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.retort.identity.Caller;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HmacCsrfTest {
  private static final Caller ANN = Caller.of("ann", "token:1", List.of());
  private static final Caller NAMESAKE = Caller.of("ann", "token:2", List.of());
  private static final RequestHeaders FIRST = RequestHeaders.of(HttpMethod.GET, "/runs");

  private final Csrf csrf = new HmacCsrf(new SecureRandom());

  @Test
  void aTokenBelongsToOneBrowserAndOneCaller() {
    Csrf.Token token = csrf.issue(FIRST, ANN);
    RequestHeaders next = with(token.cookie().orElseThrow());

    assertThat(csrf.isValid(next, ANN, token.value())).isTrue();
    assertThat(csrf.isValid(next, NAMESAKE, token.value())).isFalse();
    assertThat(csrf.isValid(FIRST, ANN, token.value())).as("without the cookie").isFalse();
    RequestHeaders other = with(csrf.issue(FIRST, ANN).cookie().orElseThrow());
    assertThat(csrf.isValid(other, ANN, token.value())).as("another browser").isFalse();
    assertThat(csrf.isValid(next, ANN, "")).isFalse();
  }

  @Test
  void aBrowserKeepsItsCookie() {
    Csrf.Token token = csrf.issue(FIRST, ANN);
    Csrf.Token again = csrf.issue(with(token.cookie().orElseThrow()), ANN);

    assertThat(again.cookie()).isEmpty();
    assertThat(again.value()).isEqualTo(token.value());
    assertThat(csrf.issue(with("retort_csrf=short; Path=/"), ANN).cookie()).isPresent();
  }

  @Test
  void aRestartEndsTokens() {
    Csrf.Token token = csrf.issue(FIRST, ANN);

    assertThat(
            new HmacCsrf(new SecureRandom())
                .isValid(with(token.cookie().orElseThrow()), ANN, token.value()))
        .isFalse();
  }

  private static RequestHeaders with(String setCookie) {
    return FIRST.toBuilder().add("cookie", setCookie.substring(0, setCookie.indexOf(';'))).build();
  }
}
