package io.retort.trigger;

import com.google.protobuf.Struct;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FoundFiles;
import io.retort.v1.RunRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.WatchedDataSource;
import java.util.List;
import java.util.Optional;

/** What triggers would launch. */
final class TriggerTests {
  private final Launches launches;
  private final WatchCheck watches;

  TriggerTests(Launches launches, WatchCheck watches) {
    this.launches = launches;
    this.watches = watches;
  }

  /**
   * @throws SpecException with all that keeps the run from being accepted
   */
  TestTriggerResponse test(Trigger trigger, Struct payload) throws SpecException {
    TriggerConfig config = trigger.getConfig();
    WatchedEvent event =
        config.hasWatchedData() && payload.getFieldsCount() == 0
            ? ofFilesThere(config)
            : WatchedEvent.of(config, payload);
    ParameterValues values =
        ParameterValues.of(config.getLaunch().getParametersList(), event.payload());
    RunRequest run = launches.admissible(LaunchRequests.of(config, values, event.appended()));
    return TestTriggerResponse.newBuilder()
        .setSpec(run.getSpec())
        .setPlan(launches.plan(run))
        .putAllParameters(values.texts())
        .build();
  }

  private WatchedEvent ofFilesThere(TriggerConfig config) throws SpecException {
    FoundFiles found = filesThere(config.getWatchedData());
    Optional<SpecViolation> wrong =
        found.getFiles() == 0
            ? Optional.of(
                new SpecViolation(
                    "payload",
                    "no file in "
                        + config.getWatchedData().getUri()
                        + " counts (expected: one to test with, or a payload with files)"))
            : WatchedEvent.excess(config, found);
    if (wrong.isPresent()) {
      throw new SpecException(List.of(wrong.get()));
    }
    return WatchedEvent.of(config, found);
  }

  private FoundFiles filesThere(WatchedDataSource source) {
    CheckWatchedDataResponse response =
        watches
            .files(source)
            .orElseThrow(
                () ->
                    notLookedAt(
                        Status.Code.UNAVAILABLE,
                        FailureCategory.FAILURE_CATEGORY_PLATFORM,
                        "NOT_LOOKED_AT",
                        source.getUri()
                            + ": not looked at (expected: a pipeline worker that runs)"));
    if (!response.getRefusal().isEmpty()) {
      throw notLookedAt(
          Status.Code.FAILED_PRECONDITION,
          FailureCategory.FAILURE_CATEGORY_USER,
          "LOCATION_FORBIDDEN",
          response.getRefusal());
    }
    if (response.hasFailure()) {
      Failure failure = response.getFailure();
      throw notLookedAt(
          failure.getCategory() == FailureCategory.FAILURE_CATEGORY_USER
              ? Status.Code.FAILED_PRECONDITION
              : Status.Code.UNAVAILABLE,
          failure.getCategory(),
          failure.getType(),
          failure.getMessage());
    }
    return response.getFiles();
  }

  private static StatusRuntimeException notLookedAt(
      Status.Code code, FailureCategory category, String type, String message) {
    return RpcFailures.of(
        code, category, type, message + "; a test with a payload that has files needs no look");
  }
}
