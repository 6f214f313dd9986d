package io.retort.trigger;

import io.retort.spec.SpecException;
import io.retort.v1.RunSpec;
import io.retort.v1.TriggerConfig;
import java.util.List;
import java.util.function.Function;

/** The team of the runs that a trigger launches. */
final class TriggerTeams {
  private final Launches launches;
  private final Function<RunSpec, String> teamOf;

  TriggerTeams(Launches launches, Function<RunSpec, String> teamOf) {
    this.launches = launches;
    this.teamOf = teamOf;
  }

  /**
   * As it is now: the team of a model's newest run, where an alias is retrained.
   *
   * @param config in which {@link TriggerCheck} finds no violation
   */
  String of(TriggerConfig config) throws SpecException {
    ParameterValues none = ParameterValues.defaults(config.getLaunch().getParametersList());
    return teamOf.apply(launches.spec(LaunchRequests.of(config, none, List.of())));
  }
}
