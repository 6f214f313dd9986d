package io.retort.spec;

import io.retort.enums.EnumText;
import io.retort.registry.ModelReference;
import io.retort.store.Locations;
import io.retort.v1.Batching;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.DistributedStrategy;
import io.retort.v1.FilterSpec;
import io.retort.v1.GateCondition;
import io.retort.v1.JudgeSpec;
import io.retort.v1.PreferenceObjective;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.SelectionSpec;
import io.retort.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Rules between fields, and rules that a pattern cannot express. */
final class SpecCrossChecks {
  private static final Set<String> RAY_RESOURCES =
      Set.of("CPU", "GPU", "memory", "object_store_memory");

  private final RunSpec spec;
  private final List<SpecViolation> violations = new ArrayList<>();

  private SpecCrossChecks(RunSpec spec) {
    this.spec = spec;
  }

  static List<SpecViolation> check(RunSpec spec) {
    SpecCrossChecks checks = new SpecCrossChecks(spec);
    checks.violations.addAll(ModelChecks.check(spec));
    checks.sources();
    checks.filters();
    checks.student();
    checks.judge();
    checks.selection();
    checks.preference();
    checks.training();
    checks.resources();
    checks.violations.addAll(BenchmarkChecks.check(spec));
    checks.violations.addAll(EngineChecks.check(spec));
    checks.release();
    return checks.violations;
  }

  private void sources() {
    for (int index = 0; index < spec.getData().getTrainCount(); index++) {
      source(spec.getData().getTrain(index), "data.train[" + index + "]");
    }
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      BenchmarkSpec benchmark = spec.getEvaluation().getBenchmarks(index);
      if (benchmark.hasSource()) {
        source(benchmark.getSource(), "evaluation.benchmarks[" + index + "].source");
      }
    }
  }

  private void source(DataSource source, String path) {
    if (source.hasPath() && !source.getPath().isEmpty()) {
      dataLocation(source.getPath(), path + ".path");
    }
    boolean named =
        source.hasFormat()
            && source.getFormat() != DataFormat.DATA_FORMAT_FIELDS
            && source.getFormat() != DataFormat.DATA_FORMAT_UNSPECIFIED
            && source.getFormat() != DataFormat.UNRECOGNIZED;
    if (source.hasFields() && named) {
      violations.add(
          SpecViolation.of(
              path + ".fields",
              "set with format " + EnumText.shortName(source.getFormat()).toLowerCase(Locale.ROOT),
              "format fields, the only one whose names can be mapped"));
    }
  }

  private void student() {
    if (spec.getStudent().hasModel() && !spec.getStudent().getModel().isEmpty()) {
      model(spec.getStudent().getModel(), "student.model");
    }
  }

  private void model(String location, String path) {
    if (location.startsWith("hf://")) {
      if (!SpecPaths.isHubModel(location)) {
        violations.add(
            SpecViolation.of(path, location, "hf://OWNER/NAME or hf://OWNER/NAME@REVISION"));
      }
    } else if (!SpecPaths.isServed(location)) {
      violations.add(SpecViolation.of(path, location, Locations.EXPECTED + ", or hf://OWNER/NAME"));
    }
  }

  private void filters() {
    FilterSpec filters = spec.getData().getFilters();
    checkOrder(
        "data.filters.max_problem_characters",
        filters.hasMaxProblemCharacters(),
        filters.getMaxProblemCharacters(),
        filters.getMinProblemCharacters());
    checkOrder(
        "data.filters.max_chain_characters",
        filters.hasMaxChainCharacters(),
        filters.getMaxChainCharacters(),
        filters.getMinChainCharacters());
  }

  private void judge() {
    JudgeSpec judge = spec.getJudge();
    if (judge.hasPrompts() && !judge.getPrompts().isEmpty()) {
      location(judge.getPrompts(), "judge.prompts");
    }
    if (judge.hasBudget() && judge.getPricesCount() == 0) {
      violations.add(
          SpecViolation.missing(
              "judge.prices", "the price of each model, without which judge.budget means nothing"));
    }
    Set<String> models = new HashSet<>();
    for (int index = 0; index < judge.getPricesCount(); index++) {
      String model = judge.getPrices(index).getModel();
      if (!model.isEmpty() && !models.add(model)) {
        violations.add(
            SpecViolation.of(
                "judge.prices[" + index + "].model",
                '"' + model + '"',
                "one price for each model"));
      }
    }
  }

  private void selection() {
    SelectionSpec select = spec.getCuration().getSelect();
    checkOrder(
        "curation.select.max_verbosity",
        select.hasMaxVerbosity(),
        select.getMaxVerbosity(),
        select.getMinVerbosity());
    checkOrder(
        "curation.select.max_cognitive_difficulty",
        select.hasMaxCognitiveDifficulty(),
        select.getMaxCognitiveDifficulty(),
        select.getMinCognitiveDifficulty());
    boolean byRating =
        select.hasMinVerbosity()
            || select.hasMaxVerbosity()
            || select.hasMinCognitiveDifficulty()
            || select.hasMaxCognitiveDifficulty();
    if (byRating && !spec.getCuration().getRatings()) {
      violations.add(
          SpecViolation.of(
              "curation.ratings", "false", "true, because curation.select has limits on ratings"));
    }
  }

  private void preference() {
    PreferenceSpec preference = spec.getPreference();
    double highest = preference.hasMaxMagnitude() ? preference.getMaxMagnitude() : 1;
    if (preference.getMinMagnitude() > highest) {
      violations.add(
          SpecViolation.of(
              "preference.min_magnitude",
              Numbers.shown(preference.getMinMagnitude()),
              "<= preference.max_magnitude, which is " + Numbers.shown(highest)));
    }
  }

  private void checkOrder(String path, boolean set, int most, int least) {
    if (set && Integer.compareUnsigned(most, least) < 0) {
      violations.add(
          SpecViolation.of(
              path,
              Integer.toUnsignedString(most),
              ">= its minimum, which is " + Integer.toUnsignedString(least)));
    }
  }

  private void dataLocation(String location, String path) {
    if (SpecPaths.isAbsolute(location) && !SpecPaths.isServedData(location)) {
      violations.add(
          SpecViolation.of(
              path, location, "an absolute path, a file: URI, s3://... or hf://datasets/..."));
    } else if (!SpecPaths.isAbsolute(location)) {
      violations.add(SpecViolation.of(path, location, "an absolute path or URI"));
    }
  }

  private void location(String location, String path) {
    if (!SpecPaths.isAbsolute(location)) {
      violations.add(SpecViolation.of(path, location, "an absolute path or URI"));
    } else if (!SpecPaths.isServed(location)) {
      violations.add(SpecViolation.of(path, location, Locations.EXPECTED));
    }
  }

  private void training() {
    TrainingSpec sft = spec.getSft();
    TrainingSpec cogpo = spec.getCogpo();
    onlyCogpo("label_smoothing", sft.hasLabelSmoothing(), Numbers.shown(sft.getLabelSmoothing()));
    onlyCogpo(
        "objective",
        sft.hasObjective(),
        EnumText.shortName(sft.getObjective()).toLowerCase(Locale.ROOT));
    onlyCogpo("beta", sft.hasBeta(), Numbers.shown(sft.getBeta()));
    if (cogpo.getBatching() == Batching.BATCHING_PACKED) {
      violations.add(
          SpecViolation.of(
              "cogpo.batching", "packed", "auto or length_grouped: a pair's sides are not packed"));
    }
    if (cogpo.hasBeta() && cogpo.getObjective() != PreferenceObjective.PREFERENCE_OBJECTIVE_DPO) {
      violations.add(
          SpecViolation.of(
              "cogpo.beta",
              Numbers.shown(cogpo.getBeta()),
              "not set, unless cogpo.objective is dpo: each pair has its own beta,"
                  + " preference.beta"));
    }
    sharded(sft, "sft");
    sharded(cogpo, "cogpo");
    earlyStopping(sft, "sft");
    earlyStopping(cogpo, "cogpo");
  }

  private void sharded(TrainingSpec training, String path) {
    if (training.hasLora()
        && training.getStrategy() == DistributedStrategy.DISTRIBUTED_STRATEGY_FSDP2) {
      violations.add(
          SpecViolation.of(path + ".strategy", "fsdp2", "ddp where " + path + ".lora is set"));
    }
  }

  private void onlyCogpo(String field, boolean set, String shown) {
    if (set) {
      violations.add(SpecViolation.of("sft." + field, shown, "not set: only cogpo has it"));
    }
  }

  private void earlyStopping(TrainingSpec training, String path) {
    if (training.getEarlyStoppingPatience() != 0 && training.getValidationRatio() == 0) {
      violations.add(
          SpecViolation.of(
              path + ".early_stopping_patience",
              Integer.toUnsignedString(training.getEarlyStoppingPatience()),
              "0, unless " + path + ".validation_ratio holds rows out"));
    }
  }

  private void resources() {
    ResourceSpec resources = spec.getResources();
    double gpus = resources.getGpus();
    if (gpus != Math.rint(gpus) && (gpus > 1 || resources.getRanks() > 1)) {
      violations.add(
          SpecViolation.of(
              "resources.gpus",
              Numbers.shown(gpus),
              "a whole number, or a fraction of one GPU for a single rank"));
    }
    Set<String> names = new HashSet<>();
    for (int index = 0; index < resources.getCustomCount(); index++) {
      String name = resources.getCustom(index).getName();
      String path = "resources.custom[" + index + "].name";
      if (RAY_RESOURCES.contains(name)) {
        violations.add(
            SpecViolation.of(path, name, "a custom resource; this one has its own field"));
      } else if (!name.isEmpty() && !names.add(name)) {
        violations.add(SpecViolation.of(path, name, "one amount for each resource"));
      }
    }
  }

  private void release() {
    String alias = spec.getRelease().getAlias();
    if (!alias.isEmpty() && !ModelReference.isAlias(alias)) {
      violations.add(
          SpecViolation.of(
              "release.alias",
              '"' + alias + '"',
              "a name other than a version's, such as v2, which a reference cannot reach"));
    }
    Set<String> names = new TreeSet<>();
    spec.getEvaluation().getBenchmarksList().forEach(benchmark -> names.add(benchmark.getName()));
    for (int index = 0; index < spec.getRelease().getGate().getConditionsCount(); index++) {
      GateCondition condition = spec.getRelease().getGate().getConditions(index);
      if (condition.hasBenchmark() && !names.contains(condition.getBenchmark())) {
        violations.add(
            SpecViolation.of(
                "release.gate.conditions[" + index + "].benchmark",
                '"' + condition.getBenchmark() + '"',
                names.isEmpty()
                    ? "the name of a benchmark; evaluation.benchmarks has none"
                    : "one of evaluation.benchmarks: " + String.join(", ", names)));
      }
    }
  }
}
