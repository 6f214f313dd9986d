package io.retort.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.v1.FailureCategory;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RetortClientTest {
  private static final String TOKEN = "rtk_secret";

  private ScriptedRuns server;
  private RetortClient client;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedRuns();
    client = builder().build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private RetortClientBuilder builder() {
    return RetortClient.builder().address("127.0.0.1:" + server.port());
  }

  @Test
  void repeatsALaunchWithTheSameRequestId() {
    server.refusals.add(lost());
    server.refusals.add(error(Status.Code.DEADLINE_EXCEEDED, "TEMPORAL", "TIMEOUT"));

    assertThat(client.launch(RunSpec.getDefaultInstance()).getRunId()).isEqualTo("demo-1");

    assertThat(server.created).hasSize(3);
    assertThat(server.created.get(0).getRequestId()).matches("[0-9a-f-]{36}");
    assertThat(server.created).allMatch(server.created.get(0)::equals);
    client.launch(RunSpec.getDefaultInstance(), "order-1");
    assertThat(server.created.get(3).getRequestId()).isEqualTo("order-1");
  }

  @Test
  void doesNotRepeatWhatWasRefused() {
    server.refusals.add(
        error(
            Status.Code.INVALID_ARGUMENT,
            "SPEC_INVALID",
            "USER",
            BadRequest.newBuilder()
                .addFieldViolations(violation("seed", "13 (expected: luck)"))
                .addFieldViolations(violation("team", "missing (expected: one)"))
                .build()));

    RetortException thrown =
        catchThrowableOfType(
            RetortException.class, () -> client.launch(RunSpec.getDefaultInstance()));

    assertThat(thrown)
        .hasMessage("seed: 13 (expected: luck)\nteam: missing (expected: one)")
        .hasCauseInstanceOf(StatusRuntimeException.class);
    assertThat(thrown.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(thrown.category()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    assertThat(thrown.reason()).isEqualTo("SPEC_INVALID");
    assertThat(thrown.violations())
        .containsExactly(
            new Violation("seed", "13 (expected: luck)"),
            new Violation("team", "missing (expected: one)"));
    assertThat(thrown.isTransient()).isFalse();
    assertThat(server.created).hasSize(1);
  }

  @Test
  void doesNotWaitLongerThanItMay() {
    StatusRuntimeException later =
        error(
            Status.Code.RESOURCE_EXHAUSTED,
            "RATE_LIMITED",
            "RESOURCE",
            RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(90)).build());
    server.refusals.add(later);

    RetortException thrown =
        catchThrowableOfType(
            RetortException.class, () -> client.launch(RunSpec.getDefaultInstance()));

    assertThat(thrown.retryAfter()).contains(java.time.Duration.ofSeconds(90));
    assertThat(thrown.isTransient()).isTrue();
    assertThat(thrown.category()).isEqualTo(FailureCategory.FAILURE_CATEGORY_RESOURCE);
    assertThat(server.created).hasSize(1);
  }

  @Test
  void saysThatNothingListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (RetortClient other =
        RetortClient.builder()
            .address("127.0.0.1:" + port)
            .retryFor(java.time.Duration.ZERO)
            .build()) {
      RetortException thrown =
          catchThrowableOfType(RetortException.class, () -> other.get("demo-1"));
      assertThat(thrown)
          .hasMessageStartingWith(
              "the control plane cannot be reached: 127.0.0.1:" + port + ": Connection refused");
      assertThat(thrown.isUnreachable()).isTrue();
      assertThat(thrown.category()).isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
    }
  }

  @Test
  void watchesOnAfterALostConnection() {
    server.watch(
        stream -> {
          stream.onNext(change(RunPhase.RUN_PHASE_QUEUED, 5));
          stream.onNext(WatchRunResponse.newBuilder().setHeartbeat(true).setRevision(5).build());
          stream.onNext(change(RunPhase.RUN_PHASE_RUNNING, 8));
          stream.onError(lost());
        });
    server.watch(stream -> stream.onError(lost()));
    server.watch(
        stream -> {
          stream.onNext(change(RunPhase.RUN_PHASE_PAUSED, 9));
          // The stream stays open: the last phase ends the watch.
          stream.onNext(change(RunPhase.RUN_PHASE_SUCCEEDED, 12));
        });

    List<RunPhase> phases = new ArrayList<>();
    try (Watch<Run> watch = client.watch("demo-1")) {
      watch.forEachRemaining(run -> phases.add(run.getPhase()));
    }

    assertThat(phases)
        .containsExactly(
            RunPhase.RUN_PHASE_QUEUED,
            RunPhase.RUN_PHASE_RUNNING,
            RunPhase.RUN_PHASE_PAUSED,
            RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(server.watched)
        .extracting(WatchRunRequest::getAfterRevision)
        .containsExactly(0L, 8L, 8L);
    assertThat(server.watched).allMatch(request -> request.getHeartbeatSeconds() == 15);
  }

  @Test
  void endsAWatchByAnErrorThatStays() {
    server.watch(stream -> stream.onError(Status.NOT_FOUND.asRuntimeException()));
    try (Watch<Run> watch = client.watch("demo-1")) {
      assertThatThrownBy(watch::hasNext)
          .isInstanceOf(RetortException.class)
          .hasMessage("the control plane answers NOT_FOUND and does not say why");
    }
  }

  @Test
  void anotherThreadEndsAWatch() throws Exception {
    server.watch(stream -> stream.onNext(change(RunPhase.RUN_PHASE_QUEUED, 1)));
    Watch<Run> watch = client.watch("demo-1");
    assertThat(watch.next().getPhase()).isEqualTo(RunPhase.RUN_PHASE_QUEUED);
    List<Boolean> waited = new ArrayList<>();
    Thread reader = new Thread(() -> waited.add(watch.hasNext()));
    reader.start();
    watch.close();
    reader.join();
    assertThat(waited).containsExactly(false);
  }

  @Test
  void waitsForTheEndOrSaysThatItHasNotCome() {
    server.watch(stream -> stream.onNext(change(RunPhase.RUN_PHASE_PAUSED, 1)));
    server.watch(stream -> stream.onNext(change(RunPhase.RUN_PHASE_FAILED, 2)));

    assertThatThrownBy(() -> client.waitFor("demo-1", java.time.Duration.ofSeconds(1)))
        .isInstanceOf(RetortException.class)
        .hasMessageStartingWith("run demo-1: PAUSED after PT1S (expected: that it has ended");
    assertThat(client.waitFor("demo-1", java.time.Duration.ofMinutes(1)).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_FAILED);
  }

  @Test
  void aLogGoesOnWhereItWas() throws Exception {
    ByteString text = ByteString.copyFromUtf8("step 1\nl\u00f6ss 0.5\n");
    int within = 9;
    server.chunks.add(
        stream -> {
          stream.onNext(GetRunLogsResponse.newBuilder().setData(text.substring(2, within)).build());
          stream.onError(lost());
        });
    server.chunks.add(
        stream -> {
          stream.onNext(GetRunLogsResponse.newBuilder().setData(text.substring(within)).build());
          stream.onCompleted();
        });

    try (RunLogStream log =
        client.logs(
            GetRunLogsRequest.newBuilder()
                .setRunId("demo-1")
                .setLog("sft/1")
                .setOffset(2)
                .setFollow(true)
                .build())) {
      assertThat(new String(log.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("ep 1\nl\u00f6ss 0.5\n");
      assertThat(log.offset()).isEqualTo(text.size());
    }
    assertThat(server.logs).extracting(GetRunLogsRequest::getOffset).containsExactly(2L, 9L);
    assertThat(server.logs)
        .allMatch(request -> request.getFollow() && request.getLog().equals("sft/1"));
  }

  @Test
  void asksForAPageWhenItIsNeeded() {
    Iterator<Run> runs =
        client.list(ListRunsRequest.newBuilder().setFilter("team=nlp").build()).iterator();
    assertThat(server.listed).isEmpty();
    runs.next();
    runs.next();
    assertThat(server.listed).hasSize(1);
    assertThat(runs.next().getRunId()).isEqualTo("c");
    runs.next();
    assertThat(runs.hasNext()).isFalse();
    assertThat(server.listed)
        .extracting(request -> request.getFilter() + request.getPageToken())
        .containsExactly("team=nlp", "team=nlpsecond");
  }

  @Test
  void sendsATokenOnlyWhereItIsPrivate() {
    for (String address :
        List.of("127.0.0.1:1", "localhost:1", "https://192.0.2.1", "http://a:1")) {
      RetortClient.builder().address(address).token(TOKEN).build().close();
    }
    assertThatThrownBy(() -> RetortClient.builder().address("192.0.2.1:1").token(TOKEN).build())
        .hasMessageContaining("192.0.2.1:1: the token would be sent without encryption")
        .hasMessageNotContaining(TOKEN);
    for (String address : List.of("", "ftp://a:1", "https://", "https://a/b", "a/b:1")) {
      assertThatThrownBy(() -> RetortClient.builder().address(address).build())
          .hasMessageContaining("is no address (expected: https://HOST:PORT or HOST:PORT)");
    }
  }

  @Test
  void readsAReplacedTokenFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "first\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    try (RetortClient other =
        RetortClient.builder()
            .environment(
                Map.of(
                    "RETORT_CONTROL_ADDRESS",
                    "http://127.0.0.1:" + server.port(),
                    "RETORT_TOKEN_FILE",
                    file.toString()))
            .build()) {
      other.get("demo-1");
      Files.writeString(file, "second\n");
      other.get("demo-1");
    }
    assertThat(server.authorizations).containsExactly("Bearer first", "Bearer second");
  }

  private static StatusRuntimeException lost() {
    return Status.UNAVAILABLE.withDescription("going away").asRuntimeException();
  }

  private static WatchRunResponse change(RunPhase phase, long revision) {
    return WatchRunResponse.newBuilder()
        .setRun(Run.newBuilder().setRunId("demo-1").setPhase(phase))
        .setRevision(revision)
        .build();
  }

  private static BadRequest.FieldViolation violation(String field, String description) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .build();
  }

  private static StatusRuntimeException error(
      Status.Code code, String reason, String category, Message... details) {
    com.google.rpc.Status.Builder error =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("as details say");
    for (Message detail : details) {
      error.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(
        error
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("retort")
                        .setReason(reason)
                        .putMetadata("category", category)
                        .build()))
            .build());
  }
}
