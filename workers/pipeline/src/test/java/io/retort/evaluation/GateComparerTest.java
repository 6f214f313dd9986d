package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.retort.registry.Aliases;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.AliasChange;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.GateBaseline;
import io.retort.v1.GateComparison;
import io.retort.v1.GateCondition;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.ProblemScore;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alias whose holder, version 1, answered 20 of 100 problems. */
class GateComparerTest {
  private static final BenchmarkSpec MATH =
      BenchmarkSpec.newBuilder()
          .setName("math")
          .setSamples(1)
          .setTopP(0.95)
          .setMaxNewTokens(512)
          .setPrompt("{problem}")
          .setMargin(1)
          .build();
  private static final GateCondition ALIAS =
      GateCondition.newBuilder()
          .setBenchmark("math")
          .setBaseline(GateBaseline.GATE_BASELINE_ALIAS)
          .build();

  private String root = "";
  private Store store = Store.open("file:///");

  @BeforeEach
  void publish(@TempDir Path folder) throws IOException {
    root = folder.toUri().toString();
    store = Store.open(root);
    write(
        ModelVersions.PROVENANCE,
        ReleaseProvenance.newBuilder().setModelSha256("of-v1").setSpec(spec(MATH)));
    write(ModelVersions.SCORES, VersionScores.newBuilder().addRecords(record("stage-2", 20)));
    int unused =
        new Aliases(store, root, "smol")
            .moveForwards(
                AliasChange.newBuilder().setAlias("latest").setToVersion(1).build(),
                OptionalInt.empty());
  }

  @Test
  void comparesBothModelsWithTheHolder() throws IOException {
    CompareForGateResponse compared = compare(MATH, List.of(record("stage-2", 50)), ALIAS);

    assertThat(compared.getAliasVersion()).isEqualTo(1);
    GateComparison stage2 = compared.getComparisons(0);
    assertThat(stage2.getModel()).isEqualTo("stage-2");
    assertThat(stage2.getComparison().getVerdict())
        .isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_BETTER);
    assertThat(stage2.getComparison().getBaseline()).isEqualTo("smol:v1");
    assertThat(stage2.getComparison().getProblems()).isEqualTo(100);
    GateComparison stage1 = compared.getComparisons(1);
    assertThat(stage1.hasComparison()).isFalse();
    assertThat(stage1.getReason())
        .isEqualTo("Not comparable with v1: this model has no scores by problem on math.");
  }

  @Test
  void saysWhatWasAskedDifferently() throws IOException {
    ScoreRecord ours = record("stage-2", 50);

    assertThat(reason(MATH, with(ours, ours.getScore().toBuilder().setDatasetSha256("other"))))
        .isEqualTo("Not comparable with v1: data set other and problems.");
    assertThat(reason(MATH, with(ours, ours.getScore().toBuilder().setSamples(4))))
        .isEqualTo("Not comparable with v1: samples 4 and 1.");
    assertThat(reason(MATH, with(ours, ours.getScore().toBuilder().setTemperature(0))))
        .isEqualTo("Not comparable with v1: temperature 0.0 and 0.6.");
    assertThat(reason(MATH.toBuilder().setTopP(1).build(), ours))
        .isEqualTo("Not comparable with v1: top_p 1.0 and 0.95.");
    assertThat(reason(MATH.toBuilder().setMaxNewTokens(64).build(), ours))
        .isEqualTo("Not comparable with v1: max_new_tokens 64 and 512.");
    assertThat(reason(MATH.toBuilder().setPrompt("Solve: {problem}").build(), ours))
        .isEqualTo("Not comparable with v1: the prompts differ.");
  }

  @Test
  void aHolderThatWasPublishedWithoutScoresCannotBeCompared() throws IOException {
    store.delete(Store.resolve(root, "models/smol/versions/1/scores.json"));

    assertThat(reason(MATH, record("stage-2", 50)))
        .isEqualTo("Not comparable with v1: it has no scores by problem on math.");

    store.delete(Store.resolve(root, "models/smol/versions/1/provenance.json"));
    assertThat(reason(MATH, record("stage-2", 50))).isEqualTo("v1 is not in the store any more.");
  }

  @Test
  void nothingIsWorseThanNothingOrItself() throws IOException {
    GateComparison itself =
        new GateComparer(
                store,
                request(MATH, ALIAS).toBuilder().putModels("stage-2", "of-v1").build(),
                List.of())
            .compare()
            .getComparisons(0);
    assertThat(itself.getMet()).isTrue();
    assertThat(itself.getReason()).isEqualTo("v1 is this model.");

    store.delete(Store.resolve(root, "models/smol/aliases.json"));
    GateComparison first = compare(MATH, List.of(), ALIAS).getComparisons(0);
    assertThat(first.getMet()).isTrue();
    assertThat(first.getReason()).isEqualTo("The alias names no version.");
  }

  @Test
  void aConditionHasItsOwnMargin() throws IOException {
    GateCondition wide =
        GateCondition.newBuilder()
            .setBenchmark("math")
            .setBaseline(GateBaseline.GATE_BASELINE_BASE)
            .setMargin(20)
            .build();
    List<ScoreRecord> records = List.of(record("stage-2", 50), record("base", 50));

    CompareForGateResponse compared = compare(MATH, records, wide);

    assertThat(compared.getAliasVersion()).isZero();
    assertThat(compared.getComparisons(0).getComparison().getMargin()).isEqualTo(0.2);
    assertThat(compared.getComparisons(0).getComparison().getVerdict())
        .isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE);
    assertThat(
            compare(MATH, records, wide.toBuilder().setMargin(0).build())
                .getComparisons(0)
                .getComparison()
                .getVerdict())
        .isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL);
  }

  private String reason(BenchmarkSpec benchmark, ScoreRecord ours) throws IOException {
    GateComparison comparison = compare(benchmark, List.of(ours), ALIAS).getComparisons(0);
    assertThat(comparison.hasComparison()).isFalse();
    assertThat(comparison.getMet()).isFalse();
    return comparison.getReason();
  }

  private CompareForGateResponse compare(
      BenchmarkSpec benchmark, List<ScoreRecord> records, GateCondition condition)
      throws IOException {
    return new GateComparer(store, request(benchmark, condition), records).compare();
  }

  private CompareForGateRequest request(BenchmarkSpec benchmark, GateCondition condition) {
    RunSpec.Builder spec = spec(benchmark).toBuilder();
    spec.getReleaseBuilder()
        .setModel("smol")
        .setAlias("latest")
        .getGateBuilder()
        .addConditions(condition);
    return CompareForGateRequest.newBuilder()
        .setRun(RunContext.newBuilder().setStoreUri(root).setSpec(spec))
        .putModels("stage-2", "of-stage-2")
        .putModels("stage-1", "of-stage-1")
        .build();
  }

  private static RunSpec spec(BenchmarkSpec benchmark) {
    RunSpec.Builder spec = RunSpec.newBuilder();
    spec.getEvaluationBuilder().addBenchmarks(benchmark);
    return spec.build();
  }

  private static ScoreRecord with(ScoreRecord record, Score.Builder score) {
    return record.toBuilder().setScore(score).build();
  }

  private static ScoreRecord record(String model, int correct) {
    ScoreRecord.Builder record =
        ScoreRecord.newBuilder()
            .setScore(
                Score.newBuilder()
                    .setModel(model)
                    .setBenchmark("math")
                    .setSamples(1)
                    .setTemperature(0.6)
                    .setDatasetSha256("problems"));
    for (int index = 0; index < 100; index++) {
      OutcomeCounts.Builder outcomes = OutcomeCounts.newBuilder();
      record.addProblems(
          ProblemScore.newBuilder()
              .setSampleId("p" + index)
              .setOutcomes(index < correct ? outcomes.setCorrect(1) : outcomes.setWrong(1)));
    }
    return record.build();
  }

  private void write(String name, Message.Builder message) throws IOException {
    byte[] json = ProtoJson.print(message).getBytes(StandardCharsets.UTF_8);
    store.write(
        Store.resolve(root, "models/smol/versions/1/" + name), output -> output.write(json));
  }
}
