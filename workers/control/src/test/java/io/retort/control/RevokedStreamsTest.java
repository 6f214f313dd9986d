package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.retort.identity.TokenStore;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.Grant;
import io.retort.v1.RevokeTokenRequest;
import io.retort.v1.Role;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunsRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams that are open while their token is revoked. */
@Timeout(120)
class RevokedStreamsTest {
  private static ControlHarness control;
  private static ManagedChannel channel;
  private static TokenStore tokens;
  private static Store store;

  @BeforeAll
  static void start(@TempDir Path folder) {
    control = new ControlHarness(folder, Deadlines.DEFAULT, Map.of("RETORT_AUTH", "required"));
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", control.port()).usePlaintext().build();
    store = Store.open(control.storeUri);
    tokens = new TokenStore(store, control.storeUri, Clock.systemUTC());
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    control.close();
  }

  @Test
  void everyStreamEndsWithItsToken() throws Exception {
    TokenStore.Created watcher = token(Role.ROLE_VIEWER);
    String admin = token(Role.ROLE_ADMIN).secret().reveal();
    String runId =
        RunServiceGrpc.newBlockingStub(as(admin))
            .createRun(CreateRunRequest.newBuilder().setSpec(ControlHarness.spec("waits")).build())
            .getRun()
            .getRunId();
    store.write(
        new RunLayout(control.storeUri, runId).events(),
        output -> output.write("begun\n".getBytes(StandardCharsets.UTF_8)));
    RunServiceGrpc.RunServiceBlockingStub api =
        RunServiceGrpc.newBlockingStub(as(watcher.secret().reveal()));
    List<Iterator<?>> streams = new ArrayList<>();
    streams.add(api.watchRun(WatchRunRequest.newBuilder().setRunId(runId).build()));
    streams.add(api.watchRuns(WatchRunsRequest.getDefaultInstance()));
    streams.add(
        api.getRunLogs(GetRunLogsRequest.newBuilder().setRunId(runId).setFollow(true).build()));
    for (Iterator<?> stream : streams) {
      assertThat(stream.hasNext()).isTrue();
    }
    HttpClientOfApi http = new HttpClientOfApi(control.port());
    HttpResponse<InputStream> events =
        http.send(
            http.request("GET", "/v1/runs:watch", "")
                .header("Authorization", "Bearer " + watcher.secret().reveal()),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(events.statusCode()).isEqualTo(200);

    assertThat(
            AccessServiceGrpc.newBlockingStub(as(admin))
                .revokeToken(
                    RevokeTokenRequest.newBuilder()
                        .setTokenId(watcher.token().getTokenId())
                        .build())
                .getToken()
                .hasRevokedAt())
        .isTrue();

    for (Iterator<?> stream : streams) {
      assertThat(end(stream)).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
      assertThat(reader.lines()).anyMatch(line -> line.contains("UNAUTHENTICATED"));
    }
  }

  private static TokenStore.Created token(Role role) throws IOException {
    return tokens.create(
        "test",
        List.of(Grant.newBuilder().setTeam("*").setRole(role).build()),
        Duration.ofHours(1),
        "test",
        new SecureRandom());
  }

  private static Channel as(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Status.Code end(Iterator<?> stream) {
    try {
      while (stream.hasNext()) {
        Object unused = stream.next();
      }
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
