package io.retort.trigger;

import io.retort.spec.SpecViolation;
import io.retort.store.Locations;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.WatchedDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Whether a location can be watched, as far as that is known before it is. */
final class WatchCheck {
  private static final String FIELD = "config.watched_data.";

  private final String storeUri;
  private final Function<CheckWatchedDataRequest, Optional<CheckWatchedDataResponse>> looks;

  /**
   * @param looks asks a pipeline worker, which alone sees locations; empty if none answers in time
   */
  WatchCheck(
      String storeUri,
      Function<CheckWatchedDataRequest, Optional<CheckWatchedDataResponse>> looks) {
    this.storeUri = storeUri;
    this.looks = looks;
  }

  /** Empty for a location that is not there yet, or that no worker looks at in time. */
  List<SpecViolation> violations(WatchedDataSource source) {
    List<SpecViolation> violations = new ArrayList<>();
    if (!Locations.isServed(source.getUri())) {
      violations.add(
          new SpecViolation(
              FIELD + "uri", '"' + source.getUri() + "\" (expected: " + Locations.EXPECTED + ")"));
    } else if (source.getUri().contains("*")) {
      violations.add(
          new SpecViolation(
              FIELD + "uri",
              '"'
                  + source.getUri()
                  + "\" (expected: a folder or a prefix; pattern says which files below it count)"));
    } else if (WatchOverlap.of(source.getUri(), storeUri)) {
      violations.add(new SpecViolation(FIELD + "uri", WatchOverlap.reason(storeUri)));
    }
    PathPattern.problem(source.getPattern())
        .ifPresent(
            problem ->
                violations.add(
                    new SpecViolation(
                        FIELD + "pattern",
                        problem
                            + " (expected: a glob of *, **, ?, [abc] and {a,b}, for example"
                            + " \"**/*.jsonl\")")));
    if (violations.isEmpty()) {
      looks
          .apply(CheckWatchedDataRequest.newBuilder().setSource(source).build())
          .map(CheckWatchedDataResponse::getRefusal)
          .filter(refusal -> !refusal.isEmpty())
          .ifPresent(refusal -> violations.add(new SpecViolation(FIELD + "uri", refusal)));
    }
    return List.copyOf(violations);
  }

  /** What is there now, or why that is not told; empty if no worker answers in time. */
  Optional<CheckWatchedDataResponse> files(WatchedDataSource source) {
    return looks.apply(
        CheckWatchedDataRequest.newBuilder().setSource(source).setList(true).build());
  }
}
