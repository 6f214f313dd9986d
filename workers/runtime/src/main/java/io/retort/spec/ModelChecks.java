package io.retort.spec;

import io.retort.evaluation.PublishedModels;
import io.retort.registry.RegistryLocation;
import io.retort.store.Locations;
import io.retort.v1.LastStage;
import io.retort.v1.ModelSpec;
import io.retort.v1.PublishedFigure;
import io.retort.v1.PublishedModel;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules of a spec that evaluates models, and of one that has none to evaluate. */
final class ModelChecks {
  private static final String REGISTRY =
      "registry:NAME:vN, registry:NAME:ALIAS or registry:NAME@sha256:HEX";

  private final RunSpec spec;
  private final List<SpecViolation> violations = new ArrayList<>();

  private ModelChecks(RunSpec spec) {
    this.spec = spec;
  }

  static List<SpecViolation> check(RunSpec spec) {
    ModelChecks checks = new ModelChecks(spec);
    if (spec.getModelsCount() == 0) {
      checks.data();
    } else {
      checks.nothingTrained();
      checks.benchmarks();
      checks.models();
    }
    return checks.violations;
  }

  private void data() {
    if (!spec.hasData()) {
      violations.add(SpecViolation.missing("data", FieldHints.DATA));
    }
  }

  private void nothingTrained() {
    refuse(spec.hasData(), "data");
    refuse(spec.hasJudge(), "judge");
    refuse(spec.hasCuration(), "curation");
    refuse(spec.hasSft(), "sft");
    refuse(spec.hasPreference(), "preference");
    refuse(spec.hasCogpo(), "cogpo");
    refuse(spec.hasRelease(), "release");
    refuse(spec.getStudent().hasModel(), "student.model");
    refuse(spec.getStudent().hasSize(), "student.size");
    refuse(spec.getStudent().hasEndpoint(), "student.endpoint");
    refuse(spec.getLastStage() != LastStage.LAST_STAGE_UNSPECIFIED, "last_stage");
  }

  private void refuse(boolean set, String field) {
    if (set) {
      violations.add(
          SpecViolation.of(
              field, "set", "not set beside models: a run that evaluates models trains none"));
    }
  }

  private void benchmarks() {
    if (spec.getEvaluation().getBenchmarksCount() == 0) {
      violations.add(
          SpecViolation.missing(
              "evaluation.benchmarks", "at least 1 benchmark, which the models are asked"));
    }
  }

  private void models() {
    Map<String, Integer> names = new HashMap<>();
    for (int index = 0; index < spec.getModelsCount(); index++) {
      ModelSpec model = spec.getModels(index);
      String path = "models[" + index + "]";
      if (model.hasEndpoint() == model.hasModel()) {
        violations.add(
            model.hasModel()
                ? SpecViolation.of(path + ".endpoint", "set", "not set beside model")
                : SpecViolation.missing(
                    path + ".model",
                    "a folder, or a model of the hub or the registry; or an endpoint"));
        continue;
      }
      if (model.hasEndpoint()) {
        violations.addAll(EngineChecks.headers(model.getEndpoint(), path + ".endpoint"));
      } else if (!model.getModel().isEmpty()) {
        location(model.getModel(), path + ".model");
      }
      if (model.hasPublished()) {
        published(model.getPublished(), path + ".published");
      }
      String name = ModelNames.of(model);
      Integer earlier = names.putIfAbsent(name, index);
      if (earlier != null) {
        violations.add(
            SpecViolation.of(
                path + ".name",
                '"' + name + '"',
                "another name than that of models[" + earlier + "]"));
      }
    }
  }

  private void published(String model, String path) {
    Optional<PublishedModel> known = PublishedModels.find(model);
    if (known.isEmpty()) {
      violations.add(
          SpecViolation.of(
              path,
              '"' + model + '"',
              "one of "
                  + PublishedModels.all().stream()
                      .map(PublishedModel::getModel)
                      .collect(Collectors.joining(", "))));
      return;
    }
    Set<String> figures =
        known.get().getFiguresList().stream()
            .map(PublishedFigure::getBenchmark)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (spec.getEvaluation().getBenchmarksList().stream()
        .noneMatch(benchmark -> figures.contains(benchmark.getBenchmark()))) {
      violations.add(
          SpecViolation.of(
              path,
              model + ": no figure of it is known on these benchmarks",
              "one of " + String.join(", ", figures) + " in evaluation.benchmarks"));
    }
  }

  private void location(String location, String path) {
    if (RegistryLocation.isNamed(location)) {
      if (RegistryLocation.parse(location).isEmpty()) {
        violations.add(SpecViolation.of(path, location, REGISTRY));
      }
    } else if (location.startsWith("hf://")) {
      if (!SpecPaths.isHubModel(location)) {
        violations.add(
            SpecViolation.of(path, location, "hf://OWNER/NAME or hf://OWNER/NAME@REVISION"));
      }
    } else if (!SpecPaths.isServed(location)) {
      violations.add(
          SpecViolation.of(
              path, location, Locations.EXPECTED + ", hf://OWNER/NAME, or " + REGISTRY));
    }
  }
}
