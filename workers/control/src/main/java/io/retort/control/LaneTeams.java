package io.retort.control;

import io.grpc.Status;
import io.retort.identity.Caller;
import io.retort.identity.Resource;
import io.retort.lane.LaneConfigs;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import io.retort.v1.LaneConfig;
import io.retort.v1.Role;
import io.retort.v1.RunSpec;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the team of a lane means: who may see and change it, and whose runs may wait in it. */
final class LaneTeams {
  private final LaneConfigs configs;

  LaneTeams(LaneConfigs configs) {
    this.configs = configs;
  }

  /** The lane and the team that a request is about. */
  List<Resource> of(SetLaneRequest request) throws IOException {
    Optional<LaneConfig> stored = configs.read(request.getName());
    List<Resource> found = new ArrayList<>();
    // Its name is taken, whoever may see the lane: the answer does not hide it.
    found.add(
        new Resource(
            "lane " + request.getName(),
            Set.of(owner(stored.map(LaneConfig::getTeam).orElse(request.getTeam()))),
            ""));
    if (!request.getTeam().isEmpty()) {
      found.add(new Resource("the lane's new team", Set.of(request.getTeam()), ""));
    }
    return found;
  }

  /** The lane that a request is about. */
  List<Resource> of(UnblockLaneRequest request) throws IOException {
    String name = request.getName();
    Optional<LaneConfig> stored = configs.read(name);
    return List.of(
        new Resource(
            "lane " + name,
            Set.of(owner(stored.map(LaneConfig::getTeam).orElse(""))),
            stored.isPresent() && !stored.get().getTeam().isEmpty() ? notFound(name) : ""));
  }

  /**
   * Why the run may not wait in the lane; empty if it may.
   *
   * @param lane empty for none
   */
  Optional<SpecViolation> violation(String lane, RunSpec spec) throws IOException {
    if (lane.isEmpty()) {
      return Optional.empty();
    }
    String shown = '"' + lane + '"';
    Optional<LaneConfig> config = configs.read(lane).filter(LaneTeams::isVisible);
    if (config.isEmpty()) {
      return Optional.of(
          new SpecViolation(
              "lane", shown + " (expected: one that `retort lanes list` shows, or none)"));
    }
    String owner = config.get().getTeam();
    String team = RequestResources.teamOf(spec);
    return owner.isEmpty() || owner.equals(team)
        ? Optional.empty()
        : Optional.of(
            new SpecViolation(
                "lane",
                shown
                    + " of team "
                    + owner
                    + " for a run of team "
                    + team
                    + " (expected: a lane of the run's team or of none, or no lane)"));
  }

  /** Whether the current caller may know of the lane. */
  static boolean isVisible(LaneConfig lane) {
    return lane.getTeam().isEmpty() || Caller.current().holds(Role.ROLE_VIEWER, lane.getTeam());
  }

  /**
   * Throws PERMISSION_DENIED if somebody has given the lane a team since the call was allowed, in
   * which the current caller is no operator.
   *
   * @param stored the default instance for a new lane
   */
  static void requireOperator(LaneConfig stored) {
    if (!stored.getTeam().isEmpty()
        && !Caller.current().holds(Role.ROLE_OPERATOR, stored.getTeam())) {
      throw ApiErrors.failure(
          Status.Code.PERMISSION_DENIED,
          FailureCategory.FAILURE_CATEGORY_USER,
          "PERMISSION_DENIED",
          "lane: "
              + stored.getName()
              + " belongs to team "
              + stored.getTeam()
              + " (expected: role operator in it, or a lane of another name)",
          null);
    }
  }

  static String notFound(String lane) {
    return "lane: " + lane + " (expected: one that `retort lanes list` shows)";
  }

  /** A lane without a team is everybody's. */
  private static String owner(String team) {
    return team.isEmpty() ? Caller.EVERY_TEAM : team;
  }
}
