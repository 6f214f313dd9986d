package io.retort.trigger;

import io.grpc.Status;
import io.retort.spec.SpecViolation;
import io.retort.v1.Plan;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.TriggerLaunch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Launches that the test lets fail, or do something in between. */
final class FakeLaunches implements Launches {
  final List<TriggerLaunch> launched = new ArrayList<>();
  Runnable beforeLaunch = () -> {};
  Runnable afterLaunch = () -> {};
  Optional<Status> failure = Optional.empty();

  @Override
  public TriggerLaunch pinned(TriggerLaunch launch) {
    beforeLaunch.run();
    return launch;
  }

  @Override
  public RunSpec spec(TriggerLaunch launch) {
    return launch.getCreate().getSpec();
  }

  @Override
  public List<SpecViolation> violations(TriggerLaunch launch) {
    return List.of();
  }

  @Override
  public RunRequest admissible(TriggerLaunch launch) {
    return RunRequest.getDefaultInstance();
  }

  @Override
  public Plan plan(RunRequest request) {
    return Plan.getDefaultInstance();
  }

  @Override
  public Run launch(TriggerLaunch launch) {
    if (failure.isPresent()) {
      throw failure.get().asRuntimeException();
    }
    launched.add(launch);
    afterLaunch.run();
    return Run.newBuilder().setRunId("run-" + launch.getCreate().getRequestId()).build();
  }

  @Override
  public Optional<String> launched(TriggerLaunch launch) {
    return launched.contains(launch)
        ? Optional.of("run-" + launch.getCreate().getRequestId())
        : Optional.empty();
  }
}
