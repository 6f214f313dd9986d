package io.retort.evaluation;

import io.retort.registry.Aliases;
import io.retort.registry.ModelVersions;
import io.retort.store.Store;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.Comparison;
import io.retort.v1.GateBaseline;
import io.retort.v1.GateComparison;
import io.retort.v1.GateCondition;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The comparisons of a gate's conditions about the alias, or with a margin of their own. */
final class GateComparer {
  /** Name of the alias's holder in the records that are compared. */
  private static final String HOLDER = "the alias's holder";

  private final Store store;
  private final String storeUri;
  private final RunSpec spec;
  private final Map<String, String> models;
  private final List<ScoreRecord> records;

  /**
   * @param records of the run
   */
  GateComparer(Store store, CompareForGateRequest request, List<ScoreRecord> records) {
    this.store = store;
    storeUri = request.getRun().getStoreUri();
    spec = request.getRun().getSpec();
    models = request.getModelsMap();
    this.records = records;
  }

  CompareForGateResponse compare() throws IOException {
    ReleaseSpec release = spec.getRelease();
    boolean aboutAlias =
        release.getGate().getConditionsList().stream().anyMatch(GateComparer::isAboutAlias);
    int holder =
        aboutAlias
            ? new Aliases(store, storeUri, release.getModel())
                .read()
                .getVersionsOrDefault(release.getAlias(), 0)
            : 0;
    ModelVersions versions = new ModelVersions(store, storeUri, release.getModel());
    Optional<ReleaseProvenance> provenance =
        holder == 0 ? Optional.empty() : versions.provenance(holder);
    Optional<VersionScores> scores = holder == 0 ? Optional.empty() : versions.scores(holder);
    CompareForGateResponse.Builder response =
        CompareForGateResponse.newBuilder().setAliasVersion(holder);
    for (int index = 0; index < release.getGate().getConditionsCount(); index++) {
      GateCondition condition = release.getGate().getConditions(index);
      for (String model : List.of(EvaluatedModels.STAGE_2, EvaluatedModels.STAGE_1)) {
        GateComparison.Builder comparison =
            GateComparison.newBuilder().setCondition(index).setModel(model);
        if (isAboutAlias(condition)) {
          withHolder(comparison, condition, holder, provenance, scores);
          response.addComparisons(comparison);
        } else if (condition.hasMargin()
            && !model.equals(EvaluatedModels.of(condition.getBaseline()))) {
          within(records, comparison, condition, EvaluatedModels.of(condition.getBaseline()));
          response.addComparisons(comparison);
        }
      }
    }
    return response.build();
  }

  private void withHolder(
      GateComparison.Builder comparison,
      GateCondition condition,
      int holder,
      Optional<ReleaseProvenance> provenance,
      Optional<VersionScores> scores) {
    if (holder == 0) {
      comparison.setMet(true).setReason("The alias names no version.");
      return;
    }
    String version = "v" + holder;
    if (provenance.isEmpty()) {
      comparison.setReason(version + " is not in the store any more.");
      return;
    }
    String sha256 = models.getOrDefault(comparison.getModel(), "");
    if (!sha256.isEmpty() && sha256.equals(provenance.get().getModelSha256())) {
      comparison.setMet(true).setReason(version + " is this model.");
      return;
    }
    List<ScoreRecord> theirs = scores.orElse(VersionScores.getDefaultInstance()).getRecordsList();
    Optional<ScoreRecord> asked = ScoreRecords.on(theirs, condition.getBenchmark());
    Optional<String> difference =
        asked.isPresent()
            ? difference(comparison.getModel(), asked.get(), provenance.get().getSpec())
            : Optional.of("it has no scores by problem on " + condition.getBenchmark());
    if (difference.isPresent()) {
      comparison.setReason("Not comparable with " + version + ": " + difference.get() + ".");
      return;
    }
    // All that can be compared: verdicts allow for the number of benchmarks.
    List<ScoreRecord> both = new ArrayList<>(records);
    for (ScoreRecord record : theirs) {
      if (difference(comparison.getModel(), record, provenance.get().getSpec()).isEmpty()) {
        both.add(ScoreRecords.named(record, HOLDER));
      }
    }
    within(both, comparison, condition, HOLDER);
    if (comparison.hasComparison()) {
      comparison.getComparisonBuilder().setBaseline(spec.getRelease().getModel() + ":" + version);
    }
  }

  /** Why the model of this run and the holder's record cannot be compared. */
  private Optional<String> difference(String model, ScoreRecord theirs, RunSpec theirSpec) {
    String benchmark = theirs.getScore().getBenchmark();
    Optional<ScoreRecord> ours =
        ScoreRecords.on(
            records.stream().filter(one -> one.getScore().getModel().equals(model)).toList(),
            benchmark);
    return ours.isEmpty()
        ? Optional.of("this model has no scores by problem on " + benchmark)
        : Comparability.difference(
            ours.get(),
            BenchmarkSettings.of(spec, benchmark),
            theirs,
            BenchmarkSettings.of(theirSpec, benchmark));
  }

  /** By the condition's margin where it has one. */
  private void within(
      List<ScoreRecord> all,
      GateComparison.Builder comparison,
      GateCondition condition,
      String baseline) {
    Map<String, Double> margins = BenchmarkSettings.margins(spec);
    if (condition.hasMargin()) {
      margins.put(condition.getBenchmark(), condition.getMargin());
    }
    Optional<Comparison> found =
        Comparer.compare(all, comparison.getModel(), baseline, margins).stream()
            .filter(one -> one.getBenchmark().equals(condition.getBenchmark()))
            .findFirst();
    found.ifPresentOrElse(
        comparison::setComparison,
        () -> comparison.setReason("The run has no scores of the two by problem."));
  }

  private static boolean isAboutAlias(GateCondition condition) {
    return condition.getBaseline() == GateBaseline.GATE_BASELINE_ALIAS;
  }
}
