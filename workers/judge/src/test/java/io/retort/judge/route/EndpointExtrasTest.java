package io.retort.judge.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import io.retort.judge.ScriptedEndpoint;
import io.retort.judge.ScriptedEndpoint.Received;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointExtras;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import io.retort.judge.time.ManualTimer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointExtrasTest {
  private static final String PASSWORD = "changeit";

  private final ScriptedEndpoint server = ScriptedEndpoint.start();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() {
    // Netty's event loops take seconds to end; no test waits for that.
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> {
              for (AutoCloseable each : opened) {
                try {
                  each.close();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }
              server.close();
            });
  }

  @Test
  void headersAndFieldsAreSentInsteadOfTheWorkersOwn() throws InterruptedException {
    server.then(ScriptedEndpoint.says("yes"));

    String said =
        ask(
            server.baseUrl(),
            new EndpointExtras(
                Map.of("x-team", "data", "user-agent", "curator"),
                Map.of(
                    "temperature", "1",
                    "chat_template_kwargs", "{\"enable_thinking\":false}"),
                Optional.empty(),
                Optional.empty()));

    assertThat(said).isEqualTo("yes");
    Received received = server.take();
    assertThat(received.headers().get("x-team")).isEqualTo("data");
    assertThat(received.headers().get("user-agent")).isEqualTo("curator");
    JsonNode body = received.body();
    assertThat(body.path("temperature").asDouble(-1)).isEqualTo(1);
    assertThat(body.path("seed").asInt()).isEqualTo(1);
    assertThat(body.path("chat_template_kwargs").path("enable_thinking").asBoolean(true)).isFalse();
  }

  @Test
  void noMessageHoldsAHeadersValue() {
    server.then(ScriptedEndpoint.error(401, "auth", "not with s3cret-value"));
    EndpointExtras extras =
        new EndpointExtras(
            Map.of("x-api-key", "s3cret-value"), Map.of(), Optional.empty(), Optional.empty());

    assertThatThrownBy(() -> ask(server.baseUrl(), extras))
        .hasCauseInstanceOf(JudgeException.class)
        .hasMessageContaining("not with ***");
    assertThat(extras.toString()).doesNotContain("s3cret-value");
  }

  @Test
  void aProxyIsAskedForTheEndpoint() throws Exception {
    server.then(ScriptedEndpoint.says("yes"));
    ConnectProxy proxy = ConnectProxy.start();
    opened.add(proxy);

    String said =
        ask(
            server.baseUrl(),
            new EndpointExtras(
                Map.of(), Map.of(), Optional.of(proxy.address("me:secret")), Optional.empty()));

    assertThat(said).isEqualTo("yes");
    assertThat(proxy.requests())
        .singleElement()
        .asString()
        .startsWith("CONNECT 127.0.0.1:" + server.baseUrl().getPort())
        .containsIgnoringCase("proxy-authorization: Basic bWU6c2VjcmV0");
  }

  @Test
  void anAuthorityOfOnesOwnIsTrustedWhereItIsNamed(@TempDir Path folder) throws Exception {
    KeyManagerFactory keys = selfSigned(folder);
    Server tls =
        Server.builder()
            .https(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(keys)
            .service(
                "/v1/chat/completions",
                (context, request) ->
                    HttpResponse.of(
                        request.aggregate().thenApply(unused -> ScriptedEndpoint.says("yes"))))
            .build();
    tls.start().join();
    opened.add(tls);
    URI baseUrl = URI.create("https://127.0.0.1:" + tls.activeLocalPort() + "/v1");

    assertThatThrownBy(() -> ask(baseUrl, EndpointExtras.none()))
        .hasCauseInstanceOf(JudgeException.class);
    assertThat(
            ask(
                baseUrl,
                new EndpointExtras(
                    Map.of(), Map.of(), Optional.empty(), Optional.of(folder.resolve("own.pem")))))
        .isEqualTo("yes");
  }

  private String ask(URI baseUrl, EndpointExtras extras) {
    ManualTimer timer = new ManualTimer();
    EndpointConfiguration plain = EndpointConfiguration.of("judge", baseUrl, "some-model");
    Endpoints endpoints =
        new Endpoints(
            new EndpointsConfiguration(
                List.of(
                    new EndpointConfiguration(
                        plain.name(),
                        plain.baseUrl(),
                        plain.model(),
                        plain.revision(),
                        plain.apiKey(),
                        plain.jsonSchema(),
                        plain.maxInFlight(),
                        plain.rateLimits(),
                        plain.timeout(),
                        plain.maxTokensField(),
                        plain.omitted(),
                        extras)),
                List.of()),
            timer,
            () -> 0.5,
            Peers.none(),
            new Unobserved());
    opened.add(endpoints);
    ChatRequest request =
        new ChatRequest(List.of(ChatMessage.user("Well?")), 0, 16, 1, Optional.empty());
    return endpoints
        .named("judge", "row")
        .complete(request, new CallLifetime(timer, Duration.ofMinutes(10)))
        .orTimeout(30, TimeUnit.SECONDS)
        .join()
        .content();
  }

  /** A separate key, whose certificate is written to own.pem. */
  private static KeyManagerFactory selfSigned(Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    String keys = " -alias own -keystore " + store + " -storepass " + PASSWORD;
    keytool("-genkeypair -keyalg EC -dname CN=own -ext san=ip:127.0.0.1 -validity 2" + keys);
    keytool("-exportcert -rfc -file " + folder.resolve("own.pem") + keys);
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      loaded.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(loaded, PASSWORD.toCharArray());
    return factory;
  }

  private static void keytool(String arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
