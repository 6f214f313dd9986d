package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.Server;
import io.retort.v1.DeliveryError;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WebhookSenderTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_767_225_600);
  private static final List<WebhookSecret> SECRETS =
      List.of(
          WebhookSecret.parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").orElseThrow(),
          WebhookSecret.parse("whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=").orElseThrow());
  private static final Queue<AggregatedHttpRequest> RECEIVED = new ConcurrentLinkedQueue<>();
  private static final TlsKeyPair OWN = TlsKeyPair.ofSelfSigned("hooks.example.test");
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(30);

  private static Server receiver;
  private static int port;
  private static int securePort;

  @BeforeAll
  static void start() {
    receiver =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .https(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(OWN)
            .service(
                "/ok",
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(
                                received -> {
                                  RECEIVED.add(received);
                                  return HttpResponse.of(
                                      HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, "tha\u001bnks\n");
                                })))
            .service("/slow", (context, request) -> HttpResponse.streaming())
            .service(
                "/redirect",
                (context, request) -> HttpResponse.ofRedirect("http://169.254.169.254/latest"))
            .service("/gone", (context, request) -> HttpResponse.of(HttpStatus.GONE))
            .service("/huge", (context, request) -> huge())
            .service("/busy", (context, request) -> later(HttpStatus.SERVICE_UNAVAILABLE, "120"))
            .service("/never", (context, request) -> later(HttpStatus.BAD_GATEWAY, "99999999"))
            .service(
                "/date",
                (context, request) ->
                    HttpResponse.of(
                        ResponseHeaders.builder(HttpStatus.TOO_MANY_REQUESTS)
                            .set(HttpHeaderNames.DATE, "Thu, 01 Jan 2026 00:00:00 GMT")
                            .set(HttpHeaderNames.RETRY_AFTER, "Thu, 01 Jan 2026 00:01:30 GMT")
                            .build()))
            .build();
    receiver.start().join();
    port = receiver.activeLocalPort(com.linecorp.armeria.common.SessionProtocol.HTTP);
    securePort = receiver.activeLocalPort(com.linecorp.armeria.common.SessionProtocol.HTTPS);
  }

  @AfterAll
  static void stop() {
    receiver.stop().join();
  }

  /** The name has no address but the one that the resolver gives. */
  @Test
  void postsTheSignedBytesToTheAddressThatWasLookedUp() throws Exception {
    String body = "{\"note\": \"größer ☃\"}";

    WebhookAnswer answer = send("http://hooks.example.test:" + port + "/ok?a=b", body, LONG);

    assertThat(answer.isSuccess()).as(answer.message()).isTrue();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("tha nks");
    AggregatedHttpRequest received = RECEIVED.remove();
    assertThat(received.path()).isEqualTo("/ok?a=b");
    assertThat(received.authority()).isEqualTo("hooks.example.test:" + port);
    assertThat(received.contentType()).hasToString("application/cloudevents+json; charset=utf-8");
    assertThat(received.contentUtf8()).isEqualTo(body);
    byte[] bytes = received.content().array();
    String signature = received.headers().get(WebhookSignature.SIGNATURE, "");
    for (WebhookSecret secret : SECRETS) {
      assertThat(
              WebhookSignature.verify(
                  "evt-1",
                  received.headers().get(WebhookSignature.TIMESTAMP, ""),
                  signature,
                  bytes,
                  List.of(secret),
                  NOW))
          .isTrue();
    }
    assertThat(received.headers().get(WebhookSignature.ID)).isEqualTo("evt-1");
  }

  @Test
  void aCertificateMustBeOfTheNameAndOfAnAuthorityThatIsTrusted() throws Exception {
    try (ClientFactory trusting =
        ClientFactory.builder()
            .tlsCustomizer(tls -> tls.trustManager(OWN.certificateChain()))
            .build()) {
      WebhookSender sender = new WebhookSender(allowed(), host -> loopback(), trusting, LONG);
      String named = "https://hooks.example.test:" + securePort + "/ok";
      assertThat(sender.send(named, "evt-1", NOW, "{}", SECRETS).isSuccess()).isTrue();
      assertThat(RECEIVED.remove().authority()).isEqualTo("hooks.example.test:" + securePort);

      WebhookAnswer other =
          sender.send(
              "https://other.example.test:" + securePort + "/ok", "evt-1", NOW, "{}", SECRETS);
      assertThat(other.error()).isEqualTo(DeliveryError.DELIVERY_ERROR_TLS);
    }
    WebhookAnswer untrusted = send("https://hooks.example.test:" + securePort + "/ok", "{}", LONG);
    assertThat(untrusted.error()).isEqualTo(DeliveryError.DELIVERY_ERROR_TLS);
    assertThat(RECEIVED).isEmpty();
  }

  @Test
  void tellsWhatAReceiverAnswered() throws Exception {
    assertThat(receive("/none").error()).isEqualTo(DeliveryError.DELIVERY_ERROR_STATUS);
    assertThat(receive("/none").message()).isEqualTo("answered 404 (expected: 2xx)");
    assertThat(receive("/gone").error()).isEqualTo(DeliveryError.DELIVERY_ERROR_GONE);
    WebhookAnswer redirect = receive("/redirect");
    assertThat(redirect.error()).isEqualTo(DeliveryError.DELIVERY_ERROR_REDIRECT);
    assertThat(redirect.message())
        .startsWith("answered 307 to http://169.254.169.254/latest")
        .contains("which is not followed");
    assertThat(receive("/busy").retryAfter()).isEqualTo(Duration.ofMinutes(2));
    assertThat(receive("/never").retryAfter()).isEqualTo(Duration.ofDays(1));
    assertThat(receive("/date").retryAfter()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void readsOnlyTheBeginningOfAnEndlessAnswer() throws Exception {
    WebhookAnswer answer = receive("/huge");

    assertThat(answer.isSuccess()).isTrue();
    assertThat(answer.text()).isEqualTo("x".repeat(1024));
  }

  @Test
  void tellsThatThereWasNoAnswer() throws Exception {
    assertThat(send("http://hooks.example.test:" + port + "/slow", "{}", SHORT).error())
        .isEqualTo(DeliveryError.DELIVERY_ERROR_TIMEOUT);
    WebhookAnswer refused = send("http://hooks.example.test:" + unused() + "/", "{}", LONG);
    assertThat(refused.error()).isEqualTo(DeliveryError.DELIVERY_ERROR_CONNECTION);
    assertThat(refused.message()).startsWith("no connection to hooks.example.test: ");
    try (ClientFactory factory = ClientFactory.builder().build()) {
      WebhookSender sender =
          new WebhookSender(
              allowed(),
              host -> {
                throw new UnknownHostException(host);
              },
              factory,
              LONG);
      assertThat(sender.send("https://none.example.test/", "evt-1", NOW, "{}", SECRETS).message())
          .isEqualTo("none.example.test has no address");
    }
  }

  /** The name is looked up once for a call, so that a second answer cannot lead elsewhere. */
  @Test
  void anAddressThatIsNotPublicIsNotCalled() throws Exception {
    AtomicInteger lookUps = new AtomicInteger();
    try (ClientFactory factory = ClientFactory.builder().build()) {
      WebhookSender sender =
          new WebhookSender(
              ReceiverAddresses.of(new Environment(Map.of())),
              host -> {
                lookUps.incrementAndGet();
                return loopback();
              },
              factory,
              LONG);

      WebhookAnswer answer =
          sender.send(
              "https://rebound.example.test:" + securePort + "/ok", "evt-1", NOW, "{}", SECRETS);

      assertThat(answer.error()).isEqualTo(DeliveryError.DELIVERY_ERROR_ADDRESS_REFUSED);
      assertThat(answer.message())
          .startsWith("rebound.example.test is 127.0.0.1, which is no public address");
      assertThat(lookUps).hasValue(1);
      assertThat(RECEIVED).isEmpty();
    }
  }

  private static WebhookAnswer receive(String path) throws InterruptedException {
    return send("http://hooks.example.test:" + port + path, "{}", LONG);
  }

  private static WebhookAnswer send(String url, String body, Duration timeout)
      throws InterruptedException {
    try (ClientFactory factory = ClientFactory.builder().build()) {
      return new WebhookSender(allowed(), host -> loopback(), factory, timeout)
          .send(url, "evt-1", NOW, body, SECRETS);
    }
  }

  private static ReceiverAddresses allowed() {
    return ReceiverAddresses.of(new Environment(Map.of("RETORT_WEBHOOK_ALLOW", "127.0.0.0/8")));
  }

  private static InetAddress[] loopback() throws UnknownHostException {
    return new InetAddress[] {InetAddress.getByAddress(new byte[] {127, 0, 0, 1})};
  }

  private static HttpResponse huge() {
    HttpData chunk = HttpData.wrap("x".repeat(700).getBytes(StandardCharsets.UTF_8));
    return HttpResponse.of(
        ResponseHeaders.of(HttpStatus.OK),
        StreamMessage.fromOutputStream(
            output -> {
              try {
                while (true) {
                  output.write(chunk.array());
                }
              } catch (IOException e) {
                // The client has had enough.
                assertThat(e).isNotNull();
              }
            }));
  }

  private static HttpResponse later(HttpStatus status, String after) {
    return HttpResponse.of(
        ResponseHeaders.builder(status).set(HttpHeaderNames.RETRY_AFTER, after).build());
  }

  private static int unused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
