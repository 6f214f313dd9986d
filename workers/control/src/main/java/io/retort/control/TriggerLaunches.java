package io.retort.control;

import io.retort.plan.RunPlanner;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.trigger.Launches;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.ModelVersion;
import io.retort.v1.Plan;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.TriggerLaunch;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Launches of triggers, made as {@code CreateRun} and {@code RetrainRun} make theirs. */
final class TriggerLaunches implements Launches {
  private final RunLauncher launcher;
  private final RetrainLaunches retrains;
  private final RunReader reader;
  private final RunPlanner planner;
  private final ModelRegistry models;
  private final LongCalls longCalls = new LongCalls();

  TriggerLaunches(
      RunLauncher launcher, RunReader reader, RunPlanner planner, ModelRegistry models) {
    this.launcher = launcher;
    this.reader = reader;
    this.planner = planner;
    this.models = models;
    retrains = new RetrainLaunches(reader, models);
  }

  @Override
  public TriggerLaunch pinned(TriggerLaunch launch) throws SpecException {
    Optional<ModelReference> reference =
        launch.hasRetrain()
            ? ModelReference.parse(launch.getRetrain().getModel())
            : Optional.empty();
    if (reference.isEmpty()) {
      return launch;
    }
    Optional<ModelVersion> version;
    try {
      version = models.resolve(reference.get());
    } catch (IOException e) {
      throw ApiErrors.store("read the model registry", e);
    }
    if (version.isEmpty()) {
      // Its launch says what is expected.
      return launch;
    }
    TriggerLaunch.Builder pinned = launch.toBuilder();
    pinned
        .getRetrainBuilder()
        .setModel(reference.get().model() + ":v" + version.get().getVersion());
    return pinned.build();
  }

  @Override
  public RunSpec spec(TriggerLaunch launch) throws SpecException {
    return asked(launch).asked();
  }

  @Override
  public List<SpecViolation> violations(TriggerLaunch launch) {
    try {
      RunRequest unused = launcher.complete(asked(launch));
      return List.of();
    } catch (SpecException e) {
      return e.violations();
    }
  }

  @Override
  public RunRequest admissible(TriggerLaunch launch) throws SpecException {
    return launcher.admissible(asked(launch));
  }

  @Override
  public Plan plan(RunRequest request) {
    return longCalls.run("plan", () -> planner.plan(request));
  }

  @Override
  public Run launch(TriggerLaunch launch) throws SpecException {
    return launcher.launch(asked(launch));
  }

  @Override
  public Optional<String> launched(TriggerLaunch launch) throws SpecException {
    RunLaunch asked = asked(launch);
    String name = launcher.complete(asked).getSpec().getName();
    return reader.find(RunIds.ofRequest(name, asked.requestId())).map(Run::getRunId);
  }

  private RunLaunch asked(TriggerLaunch launch) throws SpecException {
    if (launch.hasRetrain()) {
      return retrains.launch(launch.getRetrain());
    }
    CreateRunRequest create = launch.getCreate();
    return new RunLaunch(
        create.getSpec(),
        create.getRequestId(),
        "",
        create.getFreshStagesList(),
        false,
        create.getLane(),
        RunTags.asked(create.getLabelsMap(), create.getNote()));
  }
}
