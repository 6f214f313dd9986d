package io.retort.judge.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointsFileTest {
  private final Path folder;

  EndpointsFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void defaults() throws IOException {
    EndpointsConfiguration file =
        read(
            """
            endpoints:
              judge: {base_url: "http://127.0.0.1:8080/v1/", model: smol}
            """);

    assertThat(file.endpoints())
        .containsExactly(
            new EndpointConfiguration(
                "judge",
                URI.create("http://127.0.0.1:8080/v1"),
                "smol",
                "",
                Optional.empty(),
                true,
                512,
                RateLimits.none(),
                Duration.ofMinutes(10),
                EndpointConfiguration.MaxTokensField.MAX_TOKENS,
                Set.of(),
                EndpointExtras.none()))
        .containsExactly(
            EndpointConfiguration.of("judge", URI.create("http://127.0.0.1:8080/v1"), "smol"));
    assertThat(file.routes()).isEmpty();
  }

  @Test
  void wholeMapping() throws IOException {
    EndpointsConfiguration file =
        read(
            """
            endpoints:
              large:
                base_url: https://judge.example/v1
                model: large
                revision: 2026-11
                api_key_env: JUDGE_KEY
                json_schema: false
                max_in_flight: 8
                requests_per_minute: 600
                tokens_per_minute: 400000
                timeout_seconds: 120
                max_tokens_field: max_completion_tokens
                omit: [temperature, seed]
              student: {base_url: "http://127.0.0.1:8081/v1", model: small}
            routes:
              judge:
                - {endpoint: large, weight: 3}
                - {endpoint: student}
              spare: [{endpoint: student, weight: 0}, {endpoint: large}]
            """);

    assertThat(file.endpoints())
        .extracting(EndpointConfiguration::name)
        .containsExactly("large", "student");
    EndpointConfiguration large = file.endpoints().get(0);
    assertThat(large)
        .isEqualTo(
            new EndpointConfiguration(
                "large",
                URI.create("https://judge.example/v1"),
                "large",
                "2026-11",
                Optional.of("secret"),
                false,
                8,
                new RateLimits(OptionalLong.of(600), OptionalLong.of(400_000)),
                Duration.ofMinutes(2),
                EndpointConfiguration.MaxTokensField.MAX_COMPLETION_TOKENS,
                Set.of(
                    EndpointConfiguration.OmittableField.TEMPERATURE,
                    EndpointConfiguration.OmittableField.SEED),
                EndpointExtras.none()));
    assertThat(large.toString()).doesNotContain("secret");
    assertThat(file.routes())
        .containsExactly(
            new RouteConfiguration(
                "judge",
                List.of(
                    new RouteConfiguration.Target("large", 3),
                    new RouteConfiguration.Target("student", 1))),
            new RouteConfiguration(
                "spare",
                List.of(
                    new RouteConfiguration.Target("student", 0),
                    new RouteConfiguration.Target("large", 1))));
  }

  @Test
  void allErrorsAreReportedTogether() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    endpoint: 1
                    endpoints:
                      a: {base_url: "ftp://x/v1", model: m}
                      b: {base_url: "http://user:hunter2@x/v1", model: m}
                      c: {base_url: "http://x/v1", model: "", api_key_env: MISSING}
                      d: {base_url: "http://x/v1", model: m, api_key_env: sk-pasted-key}
                      e: {base_url: "http://x/v1", model: m, json_schema: "yes", max_in_flight: 0}
                      f: {base_ulr: "http://x/v1", model: m}
                      g: http://x/v1
                      h: {base_url: "http://x/v1", model: m, max_tokens_field: tokens, omit: [top_p]}
                      i: {base_url: "http://x/v1", model: m, requests_per_minute: 0, tokens_per_minute: many}
                      j: {base_url: "http://x/v1", model: m, timeout_seconds: 0.5}
                    routes:
                      a: [{endpoint: b}]
                      r: []
                      s: [{endpoint: z}, {endpoint: b, wieght: 1}]
                      t: [{endpoint: b, weight: -1}, b]
                      u: [{endpoint: b}, {endpoint: b}]
                      v: [{endpoint: b, weight: 0}]
                    """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("endpoint: unknown key (expected: only endpoints and routes)")
        .hasMessageContaining(
            "endpoints.a.base_url: has a scheme that is not http or https (expected: an http")
        .hasMessageContaining("endpoints.b.base_url: holds credentials")
        .hasMessageContaining("endpoints.c.model: \"\" (expected: the model's name)")
        .hasMessageContaining("endpoints.c.api_key_env: MISSING is not set")
        .hasMessageContaining("endpoints.d.api_key_env: not the name of a variable")
        .hasMessageContaining("endpoints.e.json_schema: \"yes\" (expected: true or false)")
        .hasMessageContaining("endpoints.e.max_in_flight: 0 (expected: 1 to 65536)")
        .hasMessageContaining("endpoints.f.base_ulr: unknown key")
        .hasMessageContaining("nearest: base_url")
        .hasMessageContaining("endpoints.f.base_url: missing")
        .hasMessageContaining("endpoints.g: \"http://x/v1\"")
        .hasMessageContaining(
            "endpoints.h.max_tokens_field: \"tokens\" (expected: max_tokens or"
                + " max_completion_tokens)")
        .hasMessageContaining("endpoints.h.omit: \"top_p\" (expected: temperature or seed)")
        .hasMessageContaining("endpoints.i.requests_per_minute: 0 (expected: 1 to")
        .hasMessageContaining("endpoints.i.tokens_per_minute: \"many\" (expected: 1 to")
        .hasMessageContaining("endpoints.j.timeout_seconds: 0.5 (expected: 1 to 86400)")
        .hasMessageContaining("routes.a: also an endpoint (expected: a name that no endpoint has)")
        .hasMessageContaining("routes.r: [] (expected: a list of {endpoint, weight})")
        .hasMessageContaining(
            "routes.s[0].endpoint: \"z\" (expected: an endpoint of this file: a, b, c")
        .hasMessageContaining("routes.s[1].wieght: unknown key")
        .hasMessageContaining("routes.t[0].weight: -1 (expected: 0 to 1000000)")
        .hasMessageContaining("routes.t[1]: \"b\" (expected: {endpoint, weight})")
        .hasMessageContaining("routes.u: b twice (expected: each endpoint once)")
        .hasMessageContaining("routes.v: no weight above 0")
        .message()
        .doesNotContain("hunter2", "sk-pasted-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{base_url: 'http://user:hunter2 x@host/v1', model: m}",
        "{base_url: 'http://user:hunter2@bad_host:x/v1', model: m}",
        "{base_url: 'http://host/v1?api-key=hunter2', model: m}",
        "{base_url: 'http://host/v1#hunter2', model: m}",
        "{base_url: 'hunter2', model: m}",
        "{base_url: 'https:hunter2', model: m}",
        "{base_url: 'http://[hunter2', model: m}",
        "{base_url: ['hunter2'], model: m}",
        "{base_url: 'sk-hunter2https://x/v1', model: m}",
        "{base_url: 'http://x:hunter2/v1', model: m}",
        "{base_url: 'http://x/v1', model: m, sk-hunter2: 1}",
        "{base_url: 'http://x/v1', model: m, sk-hunter2: 1, sk-hunter2: 2}",
        "{base_url: 'http://x/v1', model: m, headers: {sk-hunter2: 7}}",
        "{base_url: 'http://x/v1', model: m, extra_body: {sk-hunter2: 017}}",
        "{base_url: 'http://x/v1', model: m}, sk-hunter2: {base_url: x, model: m}",
        "{base_url: 'http://x/v1', model: m}}\nroutes: {sk-hunter2: a",
        "{base_url: 'http://x/v1', model: m}, hunter2aaaaaaaaaaaaaaaaaaaa: 1",
        "{base_url: 'http://x/v1', model: m}}\nsk-hunter2: {",
        "{base_url: 'http://x/v1', model: m, api_key_env: gsk_hunter2}",
        "{base_url: 'http://x/v1', model: m, omit: 'sk-hunter2'}",
        "['hunter2']",
        "'http://user:hunter2@host/v1'",
        "{base_url: 'hunter2"
      })
  void noErrorShowsAPossibleKey(String entry) {
    assertThatThrownBy(() -> read("endpoints: {a: " + entry + "}"))
        .isInstanceOf(ConfigurationException.class)
        .hasNoCause()
        .message()
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.10",
        "7e12345",
        "12e4567",
        "0123456",
        "0x1F",
        "3e8",
        "1_000",
        "7",
        "2026-11-30"
      })
  void aRevisionIsReadAsItIsWritten(String revision) throws IOException {
    EndpointsConfiguration file =
        read("endpoints: {a: {base_url: 'HTTP://x/v1', model: m, revision: " + revision + "}}");

    assertThat(file.endpoints())
        .singleElement()
        .satisfies(
            endpoint -> {
              assertThat(endpoint.modelVersion()).isEqualTo("m@" + revision);
              assertThat(endpoint.baseUrl()).isEqualTo(URI.create("http://x/v1"));
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "base_url: http://x:99999/v1 | a.base_url: has a port that is not 1 to 65535",
        "base_url: http://x:0/v1     | a.base_url: has a port that is not 1 to 65535",
        "base_url: http://x_y/v1     | a.base_url: has a host or port that is not valid",
        "base_url: http:///v1        | a.base_url: has no host",
        "proxy: http://x:70000       | a.proxy: not the address of a proxy",
        "proxy: http://x:0           | a.proxy: not the address of a proxy",
        "timeout_seconds: 060        | a.timeout_seconds: 060 (expected: a number without a"
            + " leading",
        "requests_per_minute: 0600   | a.requests_per_minute: 0600 (expected: a number without",
        "extra_body: {x: [017]}      | a.extra_body.x[0]: 017 (expected: a number without",
        "extra_body: {x: .nan}       | a.extra_body.x: .nan (expected: a finite number)",
        "extra_body: {x: 1e400}      | a.extra_body.x: 1e400 (expected: a finite number)",
        "timeout_seconds: .inf       | a.timeout_seconds: .inf (expected: a finite number)",
        "extra_body: *b              | a.extra_body: an alias (expected: the value itself",
      })
  void aValueThatWouldBeReadAsAnotherIsRefused(String field, String message) {
    String entry = "{base_url: 'http://x/v1', model: m}";
    assertThatThrownBy(
            () ->
                read(
                    "endpoints:\n  b: &b "
                        + entry
                        + "\n  a:\n    model: m\n    "
                        + field
                        + (field.startsWith("base_url") ? "" : "\n    base_url: http://x/v1")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("endpoints." + message);
  }

  @Test
  void numbersWithoutALeadingZeroAreRead() throws IOException {
    EndpointsConfiguration file =
        read(
            "endpoints: {a: {base_url: 'http://x:65535/v1', model: m, timeout_seconds: 1_000,"
                + " max_in_flight: 0x10, proxy: 'SOCKS5://x:1', extra_body: {x: 0, y: 0.5, z:"
                + " -1}}}\n"
                + "...\n");

    EndpointConfiguration endpoint = file.endpoints().get(0);
    assertThat(endpoint.timeout()).isEqualTo(Duration.ofSeconds(1000));
    assertThat(endpoint.maxInFlight()).isEqualTo(16);
    assertThat(endpoint.extras().proxy()).contains(URI.create("socks5://x:1"));
    assertThat(endpoint.extras().body()).isEqualTo(Map.of("x", "0", "y", "0.5", "z", "-1"));
  }

  @Test
  void aSecondDocumentIsRefused() {
    assertThatThrownBy(
            () -> read("endpoints: {a: {base_url: 'http://x/v1', model: m}}\n---\nroutes: {}\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("line 3: another YAML document (expected: one in the file");
  }

  @Test
  void aSecretInPlaceOfAKeyIsLocated() {
    assertThatThrownBy(
            () ->
                read(
                    "endpoints: {a: {base_url: 'http://x/v1', model: m, sk-hunter2: 1,"
                        + " max_in_flights: 2}}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("endpoints.a.(key 3, which is not shown")
        .hasMessageContaining("endpoints.a.max_in_flights: unknown key");
  }

  @Test
  void filesWithoutEndpointsAreRefused() {
    for (String text : List.of("", "endpoints:", "endpoints: {}", "[]", "judge")) {
      assertThatThrownBy(() -> read(text))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("(expected: at least one named endpoint)");
    }
    assertThatThrownBy(() -> read("endpoints: {a: {b: 1}, a: {b: 2}}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("not YAML");
    assertThatThrownBy(
            () -> EndpointsFile.read(folder.resolve("none.yaml"), new Environment(Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none.yaml: cannot be read");
  }

  private EndpointsConfiguration read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("endpoints.yaml"), text);
    return EndpointsFile.read(file, new Environment(Map.of("JUDGE_KEY", "secret")));
  }
}
