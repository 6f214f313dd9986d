package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.v1.GetRunRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Browsers that take a report slowly, or not at all. */
@Timeout(120)
class SlowReadersTest {
  /** More than the API has threads. */
  private static final int READERS = 20;

  /** More than the buffers of a connection hold. */
  private static final int REPORT_BYTES = 24 << 20;

  private static ControlHarness control;
  private static String runId;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    control = new ControlHarness(folder);
    runId = control.create("waits").getRunId();
    byte[] report = new byte[REPORT_BYTES];
    Store.open(control.storeUri)
        .write(new RunLayout(control.storeUri, runId).report(), output -> output.write(report));
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void holdNoThreadOfTheApi() throws IOException {
    List<Socket> readers = new ArrayList<>();
    try {
      for (int reader = 0; reader < READERS; reader++) {
        readers.add(openReport());
      }
      for (Socket reader : readers) {
        // The report has begun, so that it is being written to all of them now.
        assertThat(new String(reader.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 200");
      }

      assertThat(
              control
                  .api
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .getRun(GetRunRequest.newBuilder().setRunId(runId).build())
                  .getRun()
                  .getRunId())
          .isEqualTo(runId);
    } finally {
      for (Socket reader : readers) {
        reader.close();
      }
    }
  }

  @Test
  void receiveTheWholeReport() throws IOException {
    HttpClientOfApi http = new HttpClientOfApi(control.port());
    HttpResponse<InputStream> response =
        http.send(
            http.request("GET", "/runs/" + runId + "/report", ""),
            HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(body.readAllBytes()).hasSize(REPORT_BYTES);
    }
  }

  private static Socket openReport() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), control.port()));
    socket
        .getOutputStream()
        .write(
            ("GET /runs/"
                    + runId
                    + "/report HTTP/1.1\r\nHost: 127.0.0.1:"
                    + control.port()
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
