package io.retort.judge.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtrasEntryTest {
  private final Path folder;

  ExtrasEntryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void valuesMayComeFromTheEnvironment() throws IOException {
    EndpointExtras extras =
        read(
            """
            headers: {X-Team: data, X-Api-Key: {env: GATEWAY_KEY}}
            extra_body: {chat_template_kwargs: {enable_thinking: false}, top_p: 0.9}
            proxy: {env: PROXY}
            """);

    assertThat(extras)
        .isEqualTo(
            new EndpointExtras(
                Map.of("x-team", "data", "x-api-key", "hunter2"),
                Map.of("chat_template_kwargs", "{\"enable_thinking\":false}", "top_p", "0.9"),
                Optional.of(URI.create("http://me:hunter2@10.0.0.1:3128")),
                Optional.empty()));
  }

  @Test
  void everyErrorIsReportedWithoutValues() throws IOException {
    Path none = Files.writeString(folder.resolve("none.pem"), "no certificate");

    assertThatThrownBy(
            () ->
                read(
                    """
                    api_key_env: GATEWAY_KEY
                    headers:
                      Authorization: Bearer hunter2
                      Content-Type: text/plain
                      "X Y": hunter2
                      X-Number: 7
                      X-Unset: {env: UNSET}
                      X-Typo: {evn: GATEWAY_KEY}
                    extra_body: {stream: true, n: 2}
                    proxy: "me:hunter2@10.0.0.1"
                    ca_file: NONE
                    """
                        .replace("NONE", none.toString())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("headers.Authorization: also set by api_key_env")
        .hasMessageContaining("headers.Content-Type: not a header that can be set")
        .hasMessageContaining("headers.X Y: not a header that can be set")
        .hasMessageContaining("headers.X-Number: not a printable ASCII text")
        .hasMessageContaining("headers.X-Unset.env: UNSET is not set")
        .hasMessageContaining("headers.X-Typo.evn: unknown key")
        .hasMessageContaining("extra_body.stream: set by the worker")
        .hasMessageContaining("extra_body.n: set by the worker")
        .hasMessageContaining("proxy: not the address of a proxy")
        .hasMessageContaining("ca_file: " + none)
        .message()
        .doesNotContain("hunter2");
  }

  private EndpointExtras read(String keys) throws IOException {
    String text =
        "endpoints:\n  judge:\n    base_url: http://x/v1\n    model: m\n" + keys.indent(4);
    Path file = Files.writeString(folder.resolve("endpoints.yaml"), text);
    return EndpointsFile.read(
            file,
            new Environment(
                Map.of("GATEWAY_KEY", "hunter2", "PROXY", "http://me:hunter2@10.0.0.1:3128")))
        .endpoints()
        .get(0)
        .extras();
  }
}
