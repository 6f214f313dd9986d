package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.worker.Environment;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The receiver in docs/events.md. */
@Timeout(120)
final class ReceiverExampleTest {
  private static final Path PAGE = Path.of("../../docs/events.md");
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String OTHER = "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
  private static final String BODY =
      "{\"type\": \"dev.retort.run.phase_changed.v1\", \"subject\": \"demo\"}";

  @Test
  void acceptsWhatIsSignedAndNothingElse() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    ProcessBuilder python =
        new ProcessBuilder("python3", "-c", example())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    python.environment().put("WEBHOOK_SECRET", SECRET);
    python.environment().put("PORT", Integer.toString(port));
    Process process = python.start();
    try (WebhookSender sender =
            new WebhookSender(
                ReceiverAddresses.of(
                    new Environment(Map.of("RETORT_WEBHOOK_ALLOW", "127.0.0.1"))));
        BufferedReader output = process.inputReader()) {
      awaitListening(process, port);
      String url = "http://127.0.0.1:" + port + "/";
      Instant now = Instant.now();

      assertThat(sender.send(url, "evt-1", now, BODY, secrets(SECRET)).status()).isEqualTo(204);
      assertThat(sender.send(url, "evt-2", now, BODY, secrets(OTHER, SECRET)).status())
          .isEqualTo(204);
      assertThat(sender.send(url, "evt-3", now, BODY, secrets(OTHER)).status()).isEqualTo(401);
      Instant old = now.minus(Duration.ofMinutes(6));
      assertThat(sender.send(url, "evt-4", old, BODY, secrets(SECRET)).status()).isEqualTo(401);

      assertThat(output.readLine()).isEqualTo("evt-1 dev.retort.run.phase_changed.v1 demo");
      assertThat(output.readLine()).isEqualTo("evt-2 dev.retort.run.phase_changed.v1 demo");
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<WebhookSecret> secrets(String... texts) {
    return java.util.Arrays.stream(texts)
        .map(text -> WebhookSecret.parse(text).orElseThrow())
        .toList();
  }

  private static String example() throws IOException {
    Matcher block =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  private static void awaitListening(Process process, int port) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("the example does not listen");
  }
}
