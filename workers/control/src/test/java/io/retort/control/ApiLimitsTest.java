package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.retort.v1.ListRunsRequest;
import io.retort.worker.ConfigurationException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limit of calls, in the control plane as a whole. */
class ApiLimitsTest {
  private static final int MANY = 200;

  @Test
  void limitsCallsOverBothTransportsTogether(@TempDir Path store) {
    try (ControlHarness control =
        new ControlHarness(store, Deadlines.DEFAULT, Map.of("RETORT_CALLS_PER_SECOND", "1"))) {
      HttpClientOfApi http = new HttpClientOfApi(control.port());
      HttpResponse<String> refused = firstRefusal(http);

      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(HttpClientOfApi.json(refused).get("reason").asText()).isEqualTo("RATE_LIMITED");
      assertThatThrownBy(() -> callUntilRefused(control))
          .hasMessageContaining(Status.Code.RESOURCE_EXHAUSTED.name())
          .hasMessageContaining("too many calls by local (expected: at most 1 per second");
      assertThat(http.get("/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void refusesALimitBelowZero(@TempDir Path store) {
    assertThatThrownBy(
            () ->
                new ControlHarness(
                    store, Deadlines.DEFAULT, Map.of("RETORT_CALLS_PER_SECOND", "-1")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("RETORT_CALLS_PER_SECOND: -1 (expected: at least 0, which is unlimited)");
  }

  /** Sequential calls outrun one token a second; a slow machine needs some more of them. */
  private static HttpResponse<String> firstRefusal(HttpClientOfApi http) {
    for (int call = 0; call < MANY; call++) {
      HttpResponse<String> response = http.get("/v1/models");
      if (response.statusCode() == 429) {
        return response;
      }
    }
    throw new AssertionError("no call was refused");
  }

  private static void callUntilRefused(ControlHarness control) {
    for (int call = 0; call < MANY; call++) {
      control.api.listRuns(ListRunsRequest.getDefaultInstance());
    }
  }
}
