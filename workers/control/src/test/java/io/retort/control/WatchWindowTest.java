package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.WatchRunsResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a watcher of the list has, and what it is told. */
class WatchWindowTest {
  private static final long SINCE = 100;

  @Test
  void beginsWithAllAndThenTellsChanges() {
    WatchWindow window = new WatchWindow(0);
    List<WatchRunsResponse> first = update(window, 110, run("b", 105), run("a", 101));
    assertThat(first.get(0).getResync()).isTrue();
    assertThat(ids(first)).containsExactly("b", "a");
    assertThat(last(first).getWindow().getRunIdsList()).containsExactly("b", "a");
    assertThat(last(first).getRevision()).isEqualTo(110);

    assertThat(update(window, 110, run("b", 105), run("a", 101))).isEmpty();

    List<WatchRunsResponse> changed = update(window, 120, run("c", 120), run("b", 119));
    assertThat(changed).hasSize(1);
    assertThat(ids(changed)).containsExactly("c", "b");
    assertThat(changed.get(0).getRemovedList()).containsExactly("a");
    assertThat(changed.get(0).getRevision()).isEqualTo(120);
  }

  @Test
  void resumesWithWhatHasChangedSince() {
    WatchWindow window = new WatchWindow(1_000_000);
    List<WatchRunsResponse> told =
        update(window, 1_000_020, run("c", 1_000_015), run("b", 400_001), run("a", 400_000));
    assertThat(told).noneMatch(WatchRunsResponse::getResync);
    assertThat(ids(told))
        .as("and in the ten minutes before, which another process may have noticed later")
        .containsExactly("c", "b");
    assertThat(last(told).getWindow().getRunIdsList()).containsExactly("c", "b", "a");
  }

  @Test
  void aRevisionOfAnotherProcessBeginsAnew() {
    for (long other : new long[] {SINCE - 1, 121}) {
      List<WatchRunsResponse> told = update(new WatchWindow(other), 120, run("a", 101));
      assertThat(told.get(0).getResync()).isTrue();
      assertThat(ids(told)).containsExactly("a");
    }
  }

  @Test
  void onlyACompleteBeginningHasARevision() {
    IndexedRun[] runs =
        IntStream.range(0, 250).mapToObj(n -> run("r" + n, 101)).toArray(IndexedRun[]::new);
    List<WatchRunsResponse> told = update(new WatchWindow(0), 120, runs);
    assertThat(ids(told)).hasSize(250);
    assertThat(told.stream().map(WatchRunsResponse::getRevision))
        .containsExactly(0L, 0L, 0L, 0L, 120L);
  }

  private static List<WatchRunsResponse> update(
      WatchWindow window, long revision, IndexedRun... runs) {
    return window.update(
        new RunSnapshot(List.of(runs), revision, SINCE, Optional.empty()), List.of(runs));
  }

  private static IndexedRun run(String runId, long revision) {
    return IndexedRun.of(
        Run.newBuilder()
            .setRunId(runId)
            .setPhase(RunPhase.RUN_PHASE_RUNNING)
            .setCreatedAt(Timestamps.fromMillis(1))
            .build(),
        revision);
  }

  private static List<String> ids(List<WatchRunsResponse> messages) {
    return messages.stream().flatMap(one -> one.getRunsList().stream()).map(Run::getRunId).toList();
  }

  private static WatchRunsResponse last(List<WatchRunsResponse> messages) {
    return messages.get(messages.size() - 1);
  }
}
