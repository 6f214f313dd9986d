package io.retort.ingest;

import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.DescribeSourcesRequest;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.LastStage;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads training files into a content-addressed data set. */
public final class IngestStage implements RunStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_INGEST;
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.allOf(LastStage.class);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "data",
        "evaluation.benchmarks.name",
        "evaluation.benchmarks.source",
        // Determines whether the quarantine may quote the words that a training problem shares with
        // a benchmark.
        "evaluation.benchmarks.redacted");
  }

  @Override
  public String unit() {
    return "rows";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    RunSpec spec = context.spec();
    SortedMap<String, String> inputs =
        describe(context, "data.train", spec.getData().getTrainList());
    // Ingest reads benchmarks only for decontamination.
    if (spec.getData().getFilters().getDecontaminationWords() > 0) {
      inputs.putAll(
          describe(
              context,
              "evaluation.benchmarks",
              spec.getEvaluation().getBenchmarksList().stream()
                  .map(BenchmarkSpec::getSource)
                  .toList()));
    }
    return inputs;
  }

  /** Digests of the current content of the sources, named {@code NAME[0]}, {@code NAME[1]}, ... */
  public static SortedMap<String, String> describe(
      StageContext context, String name, List<DataSource> sources) {
    SortedMap<String, String> digests = new TreeMap<>();
    if (sources.isEmpty()) {
      return digests;
    }
    IngestActivities activities =
        context.activities(IngestActivities.class, IngestActivities.DESCRIBE_SOURCES);
    List<ArtifactRef> described =
        context
            .call(
                () ->
                    activities.describeSources(
                        DescribeSourcesRequest.newBuilder().addAllSources(sources).build()))
            .getSourcesList();
    for (int index = 0; index < described.size(); index++) {
      digests.put(name + "[" + index + "]", described.get(index).getSha256());
    }
    return digests;
  }

  @Override
  public StageOutput run(StageContext context) {
    RunSpec spec = context.spec();
    IngestActivities activities =
        context.activities(IngestActivities.class, IngestActivities.INGEST);
    IngestSummary summary =
        context
            .call(
                () ->
                    activities.ingest(
                        IngestRequest.newBuilder()
                            .setStoreUri(context.run().getStoreUri())
                            .addAllSources(spec.getData().getTrainList())
                            .setShardRows(spec.getData().getShardRows())
                            .setFilters(spec.getData().getFilters())
                            .addAllBenchmarks(spec.getEvaluation().getBenchmarksList())
                            .build()))
            .getSummary();
    List<ArtifactRef> artifacts = new ArrayList<>(List.of(summary.getDataset()));
    if (summary.hasQuarantine()) {
      artifacts.add(summary.getQuarantine());
    }
    return new StageOutput(
        RunSummary.newBuilder().setIngest(summary).build(),
        artifacts,
        summary.getRows(),
        summary.getQuarantined() + " quarantined");
  }
}
