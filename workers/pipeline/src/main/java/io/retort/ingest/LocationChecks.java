package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.registry.ModelRegistry;
import io.retort.registry.RegistryLocation;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.student.StudentFolder;
import io.retort.v1.DataSource;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.LocationViolation;
import io.retort.v1.RunSpec;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the files and models that a spec names are there, without reading their content.
 * Locations of the hub are not looked up: that takes a network.
 */
public final class LocationChecks {
  private static final Logger LOGGER = LoggerFactory.getLogger(LocationChecks.class);
  private static final String HUB = "hf://";

  private final Store store;
  private final Hub hub;
  private final DataRoots roots;

  public LocationChecks(Store store, Hub hub, DataRoots roots) {
    this.store = store;
    this.hub = hub;
    this.roots = roots;
  }

  /**
   * In the order of the spec's stages; empty where everything is there or cannot be looked up.
   *
   * @param readsStudent whether the run reads the student's folder
   */
  public List<LocationViolation> violations(RunSpec spec, boolean readsStudent, String storeUri) {
    List<LocationViolation> violations = new ArrayList<>();
    List<DataSource> train = spec.getData().getTrainList();
    for (int index = 0; index < train.size(); index++) {
      source("data.train[" + index + "].path", train.get(index).getPath(), violations);
    }
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      source(
          "evaluation.benchmarks[" + index + "].source.path",
          spec.getEvaluation().getBenchmarks(index).getSource().getPath(),
          violations);
    }
    if (readsStudent) {
      model("student.model", spec.getStudent().getModel(), storeUri, violations);
    }
    for (int index = 0; index < spec.getModelsCount(); index++) {
      if (!spec.getModels(index).hasEndpoint()) {
        model(
            "models[" + index + "].model", spec.getModels(index).getModel(), storeUri, violations);
      }
    }
    return violations;
  }

  private void source(String field, String location, List<LocationViolation> violations) {
    if (location.isEmpty() || location.startsWith(HUB)) {
      return;
    }
    check(
        field,
        () -> {
          List<DataFile> unused = new DataFiles(hub, Store::open, roots, () -> {}).of(location);
        },
        violations);
  }

  private void model(
      String field, String location, String storeUri, List<LocationViolation> violations) {
    if (location.isEmpty() || location.startsWith(HUB)) {
      return;
    }
    check(
        field,
        () -> {
          if (!RegistryLocation.isNamed(location)) {
            StudentFolder.check(location, roots);
          } else if (RegistryLocation.parse(location).isEmpty()
              || new ModelRegistry(store, storeUri)
                  .resolve(RegistryLocation.parse(location).get())
                  .isEmpty()) {
            throw Failures.user(
                "MODEL_NOT_FOUND",
                location
                    + ": the registry has no such version (expected: one that retort models list"
                    + " shows)");
          }
        },
        violations);
  }

  private static void check(String field, Check check, List<LocationViolation> violations) {
    try {
      check.run();
    } catch (ApplicationFailure thrown) {
      Failure failure = Failures.fromThrowable(thrown);
      if (failure.getCategory() == FailureCategory.FAILURE_CATEGORY_USER) {
        violations.add(
            LocationViolation.newBuilder()
                .setField(field)
                .setDescription(failure.getMessage().replaceFirst("^(data|student\\.model): ", ""))
                .build());
      }
    } catch (IOException e) {
      // The run itself waits until the place answers.
      LOGGER.info("{} was not looked up", field, e);
    }
  }

  @FunctionalInterface
  private interface Check {
    void run() throws IOException;
  }
}
