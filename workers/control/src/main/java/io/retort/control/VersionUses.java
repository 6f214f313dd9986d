package io.retort.control;

import io.retort.identity.Caller;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.registry.RegistryLocation;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.ModelVersion;
import io.retort.v1.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Which live runs read the files of a version: those that evaluate it or train it further. */
final class VersionUses {
  private final Supplier<List<IndexedRun>> runs;
  private final Function<String, Optional<Run>> find;
  private final ModelRegistry registry;

  /**
   * @param runs all of the index
   * @param find a run with its summary
   */
  VersionUses(
      Supplier<List<IndexedRun>> runs,
      Function<String, Optional<Run>> find,
      ModelRegistry registry) {
    this.runs = runs;
    this.find = find;
    this.registry = registry;
  }

  /** A live run that uses the version, in words for the current caller; empty if none does. */
  Optional<String> liveRun(String model, int version) throws IOException {
    for (IndexedRun run : runs.get()) {
      if (!run.isTerminal() && names(run, model) && uses(run.runId(), model, version)) {
        return Optional.of(
            run.isVisibleTo(Caller.current()) ? "run " + run.runId() : "a run of another team");
      }
    }
    return Optional.empty();
  }

  private static boolean names(IndexedRun run, String model) {
    return run.subject().students().stream()
        .anyMatch(
            place ->
                RegistryLocation.parse(place).map(ModelReference::model).orElse("").equals(model));
  }

  private boolean uses(String runId, String model, int version) throws IOException {
    Optional<Run> run = find.apply(runId);
    if (run.isEmpty()) {
      return false;
    }
    for (String place : places(run.get())) {
      Optional<ModelReference> reference =
          RegistryLocation.parse(place).filter(named -> named.model().equals(model));
      if (reference.isPresent()
          && (reference.get().version() == version
              || registry.resolve(reference.get()).map(ModelVersion::getVersion).orElse(0)
                  == version)) {
        return true;
      }
    }
    return false;
  }

  /** The models as the run has pinned them, and before that as its spec names them. */
  private static List<String> places(Run run) {
    List<String> places = new ArrayList<>();
    if (run.getSpec().getStudent().hasModel()) {
      places.add(run.getSpec().getStudent().getModel());
    }
    if (run.getSummary().getModelsCount() == 0) {
      run.getSpec().getModelsList().forEach(model -> places.add(model.getModel()));
    }
    for (EvaluatedModel model : run.getSummary().getModelsList()) {
      places.add(model.getPinnedUri().isEmpty() ? model.getModel() : model.getPinnedUri());
    }
    return places;
  }
}
