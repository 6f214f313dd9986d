package io.retort.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.layout.RunLayout;
import io.retort.release.report.SampleRuns;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.ProblemScore;
import io.retort.v1.Run;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonActivitiesImplTest {
  private String root;
  private Store store;
  private ComparisonActivities activities;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    root = folder.toUri().toString();
    store = Store.open(root);
    activities = new ComparisonActivitiesImpl(store);
    record("run-a", 10);
    record("run-b", 50);
  }

  @Test
  void comparesRunsFromTheirRecords() throws IOException {
    String uri = compare("run-a", "run-b");

    assertThat(uri).startsWith(root + "comparisons/").endsWith("/index.html");
    try (InputStream html = store.read(uri)) {
      assertThat(new String(html.readAllBytes(), StandardCharsets.UTF_8))
          .contains("B base against A base on demo: better by 62.5 points");
    }
    assertThat(
            StoredMessages.read(
                store,
                uri.replace("index.html", "runs.json"),
                CompareReportsRequest.getDefaultInstance()))
        .hasValueSatisfying(
            compared -> assertThat(compared.getRunIdsList()).containsExactly("run-a", "run-b"));
    assertThat(compare("run-a", "run-b")).isEqualTo(uri);
    assertThat(compare("run-b", "run-a")).isNotEqualTo(uri);
  }

  @Test
  void aRunWithoutARecordIsTold() {
    assertThatThrownBy(() -> compare("run-a", "run-c"))
        .hasMessageContaining("run run-c: no ")
        .hasMessageContaining("(expected: a run that has ended)");
  }

  private String compare(String... runIds) {
    return activities
        .compareReports(
            CompareReportsRequest.newBuilder()
                .setStoreUri(root)
                .addAllRunIds(List.of(runIds))
                .build())
        .getReportUri();
  }

  private void record(String runId, int right) throws IOException {
    RunLayout layout = new RunLayout(root, runId);
    Score score = SampleRuns.finished().getSummary().getScores(0);
    ScoreRecord.Builder scores = ScoreRecord.newBuilder().setScore(score);
    for (int problem = 0; problem < 64; problem++) {
      scores.addProblems(
          ProblemScore.newBuilder()
              .setSampleId("p" + problem)
              .setOutcomes(
                  OutcomeCounts.newBuilder()
                      .setCorrect(problem < right ? 4 : 0)
                      .setWrong(problem < right ? 0 : 4)));
    }
    String uri = Store.resolve(layout.evaluation("base", "demo"), "scores.json");
    byte[] json = StoredMessages.bytes(scores.build());
    ArtifactRef written = store.write(uri, output -> output.write(json));
    Run.Builder run = SampleRuns.finished().toBuilder().setRunId(runId);
    run.getSummaryBuilder().clearScores().addScores(score).addScoreRecords(written);
    byte[] record = ProtoJson.print(run).getBytes(StandardCharsets.UTF_8);
    store.write(Store.resolve(layout.run(), "run.json"), output -> output.write(record));
  }
}
