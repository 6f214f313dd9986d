package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.Role;
import io.retort.v1.SetLaneRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A form that makes or changes a lane, as a person filled it in.
 *
 * @param slots runs at once
 * @param revision that is replaced; 0 for a new lane
 * @param teams to choose from; empty where any team, or none, may be written
 * @param refusal why it was not done; absent for a form that was not sent
 * @param problems what is wrong with single fields
 */
public record LaneForm(
    String name,
    String team,
    String policy,
    String slots,
    String revision,
    List<String> teams,
    @Nullable ErrorView refusal,
    List<Problem> problems) {
  private static final String NONE_YET = "0";

  /**
   * What is wrong with a field.
   *
   * @param id of the field in the page
   */
  public record Problem(String id, String label, String description) {}

  static LaneForm create(Caller caller) {
    return new LaneForm(
        "",
        "",
        EnumText.shortName(LanePolicy.LANE_POLICY_SEQUENTIAL),
        "1",
        NONE_YET,
        teams(caller),
        null,
        List.of());
  }

  static LaneForm change(LaneConfig lane, Caller caller) {
    return new LaneForm(
        lane.getName(),
        lane.getTeam(),
        EnumText.shortName(lane.getPolicy()),
        Integer.toUnsignedString(lane.getParallelism()),
        Long.toUnsignedString(lane.getRevision()),
        teams(caller),
        null,
        List.of());
  }

  static LaneForm sent(Form form, Caller caller) {
    return new LaneForm(
        form.text("name"),
        form.text("team"),
        form.text("policy"),
        form.text("parallelism"),
        form.text("revision"),
        teams(caller),
        null,
        List.of());
  }

  /** With what was written, and with the revision that the reader is shown now. */
  LaneForm refused(ErrorView error, List<SpecViolation> violations, String shownRevision) {
    List<Problem> wrong = violations.stream().flatMap(one -> problem(one).stream()).toList();
    return new LaneForm(name, team, policy, slots, shownRevision, teams, error, wrong);
  }

  /** Empty for what is no field of the form; the name of a lane that exists is none. */
  private Optional<Problem> problem(SpecViolation violation) {
    String what = violation.description();
    return switch (violation.field()) {
      case "name" ->
          isNew() ? Optional.of(new Problem("lane-name", "Name", what)) : Optional.empty();
      case "team" -> Optional.of(new Problem("lane-team", "Team", what));
      case "policy" -> Optional.of(new Problem("lane-policy", "Policy", what));
      case "parallelism" -> Optional.of(new Problem("lane-slots", "Runs at once", what));
      default -> Optional.empty();
    };
  }

  /** What is wrong with the field of this id; empty where nothing is. */
  public String problem(String id) {
    return problems.stream()
        .filter(one -> one.id().equals(id))
        .map(Problem::description)
        .findFirst()
        .orElse("");
  }

  /** Ids of the texts about the field of this id. */
  public String describedBy(String id) {
    return id + "-help" + (problem(id).isEmpty() ? "" : " " + id + "-problem");
  }

  boolean isNew() {
    return revision.isEmpty() || revision.equals(NONE_YET);
  }

  public Optional<ErrorView> refused() {
    return Optional.ofNullable(refusal);
  }

  public List<LanePolicyChoice> policies() {
    return LanePolicyChoice.all(policy);
  }

  /**
   * @throws PageException for a value that is none
   */
  SetLaneRequest request() {
    SetLaneRequest.Builder lane =
        SetLaneRequest.newBuilder().setName(name).setTeam(team).setPolicy(chosen());
    // What is left in the field of another policy does no harm.
    if (lane.getPolicy() == LanePolicy.LANE_POLICY_PARALLEL) {
      lane.setParallelism(
          (int) number("parallelism", slots, Integer.MAX_VALUE, "a number from 1 to 100"));
    }
    if (!revision.isEmpty()) {
      lane.setExpectedRevision(
          number("revision", revision, Long.MAX_VALUE, "the one that the page had"));
    }
    return lane.build();
  }

  private LanePolicy chosen() {
    return LanePolicyChoice.policies().stream()
        .filter(one -> EnumText.shortName(one).equals(policy))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "policy",
                    policy,
                    LanePolicyChoice.policies().stream()
                        .map(EnumText::shortName)
                        .collect(Collectors.joining(", ", "one of ", ""))));
  }

  private static long number(String field, String text, long most, String expected) {
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(field, text, expected);
    }
    throw wrong(field, text, expected);
  }

  private static PageException wrong(String field, String value, String expected) {
    return new PageException(
        new SpecViolation(field, '"' + value + "\" (expected: " + expected + ")"));
  }

  private static List<String> teams(Caller caller) {
    return caller.teams(Role.ROLE_OPERATOR).map(List::copyOf).orElse(List.of());
  }
}
