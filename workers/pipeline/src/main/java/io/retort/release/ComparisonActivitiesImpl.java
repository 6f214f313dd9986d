package io.retort.release;

import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.release.report.HtmlComparison;
import io.retort.release.report.RecordedRun;
import io.retort.report.ComparedRuns;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;
import io.retort.v1.Run;
import io.retort.v1.ScoreRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reports of several runs, from their records in the store. */
public final class ComparisonActivitiesImpl implements ComparisonActivities {
  private final Store store;

  public ComparisonActivitiesImpl(Store store) {
    this.store = store;
  }

  @Override
  public CompareReportsResponse compareReports(CompareReportsRequest request) {
    try {
      List<RecordedRun> runs = new ArrayList<>();
      for (String runId : request.getRunIdsList()) {
        runs.add(read(request.getStoreUri(), runId));
      }
      byte[] html = HtmlComparison.render(runs).getBytes(StandardCharsets.UTF_8);
      String name = ComparedRuns.name(request.getRunIdsList());
      byte[] compared = StoredMessages.bytes(request);
      // First, so that a sweep of the store knows what the report is about.
      store.write(
          RunLayout.comparedRuns(request.getStoreUri(), name), output -> output.write(compared));
      String uri = RunLayout.comparison(request.getStoreUri(), name);
      store.write(uri, output -> output.write(html));
      return CompareReportsResponse.newBuilder().setReportUri(uri).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private RecordedRun read(String storeUri, String runId) throws IOException {
    String uri = new RunLayout(storeUri, runId).record();
    Run run =
        StoredMessages.read(store, uri, Run.getDefaultInstance())
            .orElseThrow(
                () ->
                    Failures.user(
                        "RUN_NOT_RECORDED",
                        "run " + runId + ": no " + uri + " (expected: a run that has ended)"));
    List<ScoreRecord> scores = new ArrayList<>();
    for (ArtifactRef reference : run.getSummary().getScoreRecordsList()) {
      // Those of old runs may be swept; the page then says that they are missing.
      StoredMessages.read(store, reference.getUri(), ScoreRecord.getDefaultInstance())
          .ifPresent(scores::add);
    }
    return new RecordedRun(run, scores);
  }
}
