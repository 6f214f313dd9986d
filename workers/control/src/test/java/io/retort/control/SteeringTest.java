package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.DeleteRunRequest;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunAction;
import io.retort.v1.RunLog;
import io.retort.v1.RunPhase;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.UpdateRunRequest;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Labels, lists, watches, budgets, retries, deletions and logs over the real server. */
@Timeout(120)
class SteeringTest {
  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void aRunCarriesLabelsNoteAndCaller() {
    Run run = labelled("project", "apollo", "first try");
    assertThat(run.getCreatedBy()).isEqualTo("local");
    assertThat(run.getAllowedActionsList()).contains(RunAction.RUN_ACTION_PAUSE);
    Run live = control.watchUntil(run.getRunId(), one -> one.getStagesCount() == 1);
    assertThat(live.getLabelsMap()).containsExactlyEntriesOf(run.getLabelsMap());
    assertThat(live.getNote()).isEqualTo("first try");

    Run changed =
        control
            .api
            .updateRun(
                UpdateRunRequest.newBuilder()
                    .setRunId(run.getRunId())
                    .putLabels("tier", "gold")
                    .addRemoveLabels("project")
                    .setNote("")
                    .build())
            .getRun();

    assertThat(changed.getLabelsMap()).hasSize(1).containsEntry("tier", "gold");
    assertThat(control.get(run.getRunId()).getLabelsMap()).isEqualTo(changed.getLabelsMap());
    assertThat(control.get(run.getRunId()).getNote()).isEmpty();
    Run retrained =
        control
            .api
            .retrainRun(
                RetrainRunRequest.newBuilder()
                    .setRunId(run.getRunId())
                    .putLabels("trial", "2")
                    .build())
            .getRun();
    assertThat(retrained.getLabelsMap())
        .hasSize(2)
        .containsEntry("tier", "gold")
        .containsEntry("trial", "2");
    awaitList("label.trial = 2 AND origin = " + run.getRunId(), retrained.getRunId());
  }

  @Test
  void refusesLabelsOutOfBoundsAndEmptyUpdates() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .putLabels("a b", "c")
            .build();
    assertThat(error(Status.Code.INVALID_ARGUMENT, () -> control.api.createRun(request)))
        .hasMessageContaining("labels: key \"a b\" (expected: ");
    Run run = control.create("waits");
    assertThat(
            error(
                Status.Code.INVALID_ARGUMENT,
                () ->
                    control.api.updateRun(
                        UpdateRunRequest.newBuilder().setRunId(run.getRunId()).build())))
        .hasMessageContaining("nothing to change");
  }

  @Test
  void listsTheSameForLiveAndRecordedRuns() throws IOException {
    Run live = labelled("suite", "lists", "");
    record(
        Run.newBuilder()
            .setRunId("recorded-1")
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .putLabels("suite", "lists")
            .setCreatedAt(Timestamps.fromSeconds(1))
            .build());
    awaitList("label.suite = lists", live.getRunId(), "recorded-1");
    assertThat(list("label.suite = lists", "created_at"))
        .containsExactly("recorded-1", live.getRunId());
    assertThat(list("label.suite = lists AND phase = SUCCEEDED", "")).containsExactly("recorded-1");
    assertThat(list("label.suite = lists AND created_by = local", "name desc"))
        .containsExactly(live.getRunId());

    ListRunsResponse first =
        control.api.listRuns(
            ListRunsRequest.newBuilder().setFilter("label.suite = lists").setPageSize(1).build());
    ListRunsRequest.Builder next =
        ListRunsRequest.newBuilder().setPageSize(1).setPageToken(first.getNextPageToken());
    assertThat(
            control
                .api
                .listRuns(next.setFilter("label.suite = lists").build())
                .getRuns(0)
                .getRunId())
        .isEqualTo("recorded-1");
    error(
        Status.Code.INVALID_ARGUMENT,
        () -> control.api.listRuns(next.setFilter("label.suite = other").build()));
  }

  @Test
  void refusesFiltersAndOrdersThatAreNone() {
    assertThat(error(Status.Code.INVALID_ARGUMENT, () -> list("phase = \"x' OR '1'='1\"", "")))
        .hasMessageContaining("filter: at 9: \"x' OR '1'='1\" (expected: one of QUEUED");
    assertThat(error(Status.Code.INVALID_ARGUMENT, () -> list("", "phase")))
        .hasMessageContaining("order_by: \"phase\" (expected: created_at or name");
  }

  @Test
  void setsTheBudgetOfALiveRun() {
    Run run = control.create("waits");
    Run changed =
        control
            .api
            .setRunBudget(
                SetRunBudgetRequest.newBuilder().setRunId(run.getRunId()).setBudget(7).build())
            .getRun();
    assertThat(changed.getBudget()).isEqualTo(7);
    assertThat(
            error(
                Status.Code.FAILED_PRECONDITION,
                () ->
                    control.api.setRunBudget(
                        SetRunBudgetRequest.newBuilder()
                            .setRunId(run.getRunId())
                            .setBudget(2)
                            .build())))
        .hasMessageContaining("3 is spent");
    error(
        Status.Code.INVALID_ARGUMENT,
        () ->
            control.api.setRunBudget(
                SetRunBudgetRequest.newBuilder().setRunId(run.getRunId()).build()));
  }

  @Test
  void retriesByResumingOrByAnotherRun() {
    Run paused = control.create("waits");
    control.api.pauseRun(PauseRunRequest.newBuilder().setRunId(paused.getRunId()).build());
    assertThat(retry(paused.getRunId(), "").getRunId()).isEqualTo(paused.getRunId());
    assertThat(error(Status.Code.FAILED_PRECONDITION, () -> retry(paused.getRunId(), "")))
        .hasMessageContaining("(expected: PAUSED, FAILED or CANCELLED");

    Run failed = control.awaitEnd(control.create("fails").getRunId());
    assertThat(failed.getAllowedActionsList()).contains(RunAction.RUN_ACTION_RETRY);
    Run again = retry(failed.getRunId(), "again-1");
    assertThat(again.getOriginRunId()).isEqualTo(failed.getRunId());
    assertThat(again.getSpec()).isEqualTo(failed.getSpec());
    assertThat(retry(failed.getRunId(), "again-1").getRunId()).isEqualTo(again.getRunId());
  }

  @Test
  void deletesARunThatHasEnded() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("delete-1")
            .putLabels("suite", "deletes")
            .build();
    Run run = control.api.createRun(request).getRun();
    awaitList("label.suite = deletes", run.getRunId());
    assertThat(error(Status.Code.FAILED_PRECONDITION, () -> delete(run.getRunId())))
        .hasMessageContaining("(expected: a run that has ended)");
    control.api.cancelRun(CancelRunRequest.newBuilder().setRunId(run.getRunId()).build());
    control.awaitEnd(run.getRunId());

    delete(run.getRunId());

    awaitList("label.suite = deletes");
    assertThat(error(Status.Code.NOT_FOUND, () -> control.get(run.getRunId())))
        .hasMessageContaining("was deleted at ")
        .hasMessageContaining("by local");
    error(Status.Code.NOT_FOUND, () -> delete(run.getRunId()));
    assertThat(error(Status.Code.ALREADY_EXISTS, () -> control.api.createRun(request)))
        .hasMessageContaining("which is deleted");
  }

  @Test
  void aWatchGoesOnAfterTheRevisionThatItsClientHas() throws Exception {
    Run run = control.create("waits");
    WatchRunRequest.Builder request = WatchRunRequest.newBuilder().setRunId(run.getRunId());
    WatchRunResponse begun =
        first(request.build(), response -> response.getRun().getStagesCount() == 1);
    assertThat(begun.getRevision()).isPositive();
    request.setAfterRevision(begun.getRevision()).setHeartbeatSeconds(1);
    WatchRunResponse next = first(request.build(), response -> true);
    assertThat(next.getHeartbeat()).as("nothing has changed").isTrue();
    assertThat(next.getRevision()).isEqualTo(begun.getRevision());

    control.api.pauseRun(PauseRunRequest.newBuilder().setRunId(run.getRunId()).build());
    WatchRunResponse paused = first(request.build(), WatchRunResponse::hasRun);
    assertThat(paused.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(paused.getRevision()).isGreaterThan(begun.getRevision());
    error(
        Status.Code.INVALID_ARGUMENT,
        () -> first(request.setAfterRevision(Long.MAX_VALUE).build(), response -> true));
  }

  @Test
  void watchersOfTheListSeeRunsComeAndChange() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    context.call(
        () -> {
          Iterator<WatchRunsResponse> watch =
              control.api.watchRuns(
                  WatchRunsRequest.newBuilder().setFilter("label.suite = watches").build());
          assertThat(watch.next().getResync()).isTrue();
          assertThat(watch.next().hasWindow()).isTrue();
          Run run = labelled("suite", "watches", "");
          assertThat(until(watch, one -> one.getRunsCount() > 0).getRuns(0).getRunId())
              .isEqualTo(run.getRunId());
          control.api.cancelRun(CancelRunRequest.newBuilder().setRunId(run.getRunId()).build());
          until(
              watch,
              one ->
                  one.getRunsList().stream()
                      .anyMatch(r -> r.getPhase() == RunPhase.RUN_PHASE_CANCELLED));
          delete(run.getRunId());
          assertThat(until(watch, one -> one.getRemovedCount() > 0).getRemovedList())
              .containsExactly(run.getRunId());
          return true;
        });
    context.cancel(null);
  }

  @Test
  void streamsALogAsItGrows() throws Exception {
    Run run = control.create("waits");
    control.watchUntil(run.getRunId(), one -> one.getStagesCount() == 1);
    String log = "runs/" + run.getRunId() + "/logs/sft/7/000000.log";
    write(log, "first\n");
    ListRunLogsRequest.Builder list = ListRunLogsRequest.newBuilder().setRunId(run.getRunId());
    assertThat(control.api.listRunLogs(list.build()).getLogsList())
        .extracting(RunLog::getName)
        .containsExactly("run", "sft/1");
    assertThat(control.api.listRunLogs(list.setLog("sft/1").build()).getLogsList())
        .extracting(RunLog::getName)
        .containsExactly("sft/1");
    assertThat(control.api.listRunLogs(list.setLog("sft/2").build()).getLogsList()).isEmpty();
    GetRunLogsRequest.Builder request =
        GetRunLogsRequest.newBuilder().setRunId(run.getRunId()).setLog("sft/1");
    assertThat(drain(control.api.getRunLogs(request.build()))).isEqualTo("first\n");

    Iterator<GetRunLogsResponse> followed =
        control.api.getRunLogs(request.setFollow(true).setOffset(2).build());
    assertThat(followed.next().getData().toStringUtf8()).isEqualTo("rst\n");
    write(log, "first\nsecond\n");
    GetRunLogsResponse second = followed.next();
    assertThat(second.getData().toStringUtf8()).isEqualTo("second\n");
    assertThat(second.getOffset()).isEqualTo(6);
    write("runs/" + run.getRunId() + "/logs/sft/7/complete", "");
    assertThat(followed.hasNext()).isFalse();
    assertThat(
            error(
                Status.Code.NOT_FOUND,
                () -> drain(control.api.getRunLogs(request.setLog("sft/2").build()))))
        .hasMessageContaining("log: \"sft/2\"");
  }

  private static Run labelled(String key, String value, String note) {
    return control
        .api
        .createRun(
            CreateRunRequest.newBuilder()
                .setSpec(ControlHarness.spec("waits"))
                .putLabels(key, value)
                .setNote(note)
                .build())
        .getRun();
  }

  private static Run retry(String runId, String requestId) {
    return control
        .api
        .retryRun(RetryRunRequest.newBuilder().setRunId(runId).setRequestId(requestId).build())
        .getRun();
  }

  private static String delete(String runId) {
    return control
        .api
        .deleteRun(DeleteRunRequest.newBuilder().setRunId(runId).setReason("test").build())
        .getDeletedBy();
  }

  private static WatchRunResponse first(WatchRunRequest request, Predicate<WatchRunResponse> wanted)
      throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    try {
      return context.call(() -> until(control.api.watchRun(request), wanted));
    } finally {
      context.cancel(null);
    }
  }

  private static <T> T until(Iterator<T> messages, Predicate<T> wanted) {
    while (messages.hasNext()) {
      T next = messages.next();
      if (wanted.test(next)) {
        return next;
      }
    }
    throw new AssertionError("the stream has ended");
  }

  private static String drain(Iterator<GetRunLogsResponse> chunks) {
    ByteString all = ByteString.EMPTY;
    while (chunks.hasNext()) {
      all = all.concat(chunks.next().getData());
    }
    return all.toStringUtf8();
  }

  private static List<String> list(String filter, String orderBy) {
    List<String> ids = new ArrayList<>();
    control
        .api
        .listRuns(ListRunsRequest.newBuilder().setFilter(filter).setOrderBy(orderBy).build())
        .getRunsList()
        .forEach(run -> ids.add(run.getRunId()));
    return ids;
  }

  /** The index is some milliseconds old. */
  private static void awaitList(String filter, String... runIds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!list(filter, "").equals(List.of(runIds)) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(list(filter, "")).containsExactly(runIds);
  }

  private static void record(Run run) throws IOException {
    write("runs/" + run.getRunId() + "/run.json", ProtoJson.print(run));
  }

  private static void write(String path, String text) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/" + path,
            output -> output.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static StatusRuntimeException error(
      Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getStatus().getCode()).as(thrown.toString()).isEqualTo(code);
    return thrown;
  }
}
