package io.retort.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Timestamps;
import io.retort.identity.Caller;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunFilterTest {
  private static final Caller ANN = new Caller("ann");

  private static final FilterSubject RUN =
      new FilterSubject(
          "demo-20260101-aaaaaa",
          "demo",
          "math",
          List.of("hf://acme/smol"),
          List.of("/data/gsm8k.jsonl", "ab12"),
          "ann",
          "",
          RunPhase.RUN_PHASE_PAUSED,
          Stage.STAGE_CURATE,
          millis("2026-01-31T12:00:00Z"),
          Map.of("project", "apollo", "acme.com/tier", "gold"),
          true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "name = demo",
        "name=\"demo\"",
        "name:EM",
        "name = d*",
        "name = *mo",
        "name = *em*",
        "name != other",
        "run_id = demo-20260101-aaaaaa",
        "team = math AND phase = PAUSED",
        "phase = paused",
        "phase != RUNNING",
        "stage = CURATE",
        "student = hf://acme/smol",
        "student:smol",
        "dataset = ab12",
        "dataset : gsm8k",
        "created_by = 'ann'",
        "origin = \"\"",
        "created_at > 2026-01-31",
        "created_at >= \"2026-01-31T12:00:00Z\" AND created_at <= 2026-01-31T12:00:00Z",
        "created_at < 2026-02-01",
        "waits_for_me = true",
        "label.project = apollo",
        "labels.project = apo*",
        "label.acme.com/tier = gold",
        "label.\"acme.com/tier\" = gold",
        "label.project:*",
        "NOT label.nothing:*",
        "label.nothing != x",
        "-name = other",
        "NOT (name = other)",
        // OR binds tighter than AND.
        "name = demo OR name = other AND team = math",
        "team = other OR team = math AND name = demo",
        "(team = other AND name = x) OR name = demo",
      })
  void selects(String filter) throws FilterException {
    assertThat(RunFilter.parse(filter, ANN).test(RUN)).as(filter).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name = dem",
        "name = DEMO",
        "name = demo AND team = other",
        "name = demo OR name = other AND team = other",
        "phase = RUNNING",
        "origin:*",
        "label.project = \"apollo' OR 'a'='a\"",
        "label.nothing:*",
        "label.nothing = \"\"",
        "created_at > 2026-01-31T12:00:00Z",
        "waits_for_me = false",
        "NOT name = demo",
      })
  void leavesOut(String filter) throws FilterException {
    assertThat(RunFilter.parse(filter, ANN).test(RUN)).as(filter).isFalse();
  }

  @Test
  void aPauseWaitsForItsOwnerAndAnApprovalForThoseWhoMayDecide() throws FilterException {
    assertThat(waitsFor(new Caller("bob"), RUN)).isFalse();
    assertThat(waitsFor(caller("ann", "math", Role.ROLE_OPERATOR), RUN)).isTrue();
    assertThat(waitsFor(caller("ann", "math", Role.ROLE_VIEWER), RUN)).isFalse();
    FilterSubject asked =
        new FilterSubject(
            "a",
            "a",
            "math",
            List.of(),
            List.of(),
            "ann",
            "",
            RunPhase.RUN_PHASE_AWAITING_APPROVAL,
            Stage.STAGE_RELEASE,
            0,
            Map.of(),
            true);
    assertThat(waitsFor(new Caller("bob"), asked)).as("without identity").isTrue();
    assertThat(waitsFor(caller("bob", "math", Role.ROLE_APPROVER), asked)).isTrue();
    assertThat(waitsFor(caller("ann", "math", Role.ROLE_OPERATOR), asked)).isFalse();
    assertThat(waitsFor(caller("bob", "vision", Role.ROLE_ADMIN), asked)).isFalse();
    assertThat(waitsFor(caller("bob", "*", Role.ROLE_APPROVER), asked)).isTrue();
  }

  private static boolean waitsFor(Caller caller, FilterSubject run) throws FilterException {
    boolean waits = RunFilter.parse("waits_for_me = true", caller).test(run);
    assertThat(RunFilter.parse("waits_for_me = false", caller).test(run)).isNotEqualTo(waits);
    return waits;
  }

  private static Caller caller(String name, String team, Role role) {
    return Caller.of(
        name, "token:" + name, List.of(Grant.newBuilder().setTeam(team).setRole(role).build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "colour = red | at 1: \"colour = red\" (expected: a field: phase, stage,",
        "name | at 5: the end of the filter (expected: one of = != :)",
        "name ~ x | at 6: \"~ x\" (expected: one of = != :)",
        "name < x | at 6: \"< x\" (expected: one of = != :)",
        "name = | at 7: the end of the filter (expected: a text)",
        "name = x y | at 10: \"y\" (expected: AND, OR or the end)",
        "name = x AND | at 13: the end of the filter (expected: a field",
        "(name = x | at 10: the end of the filter (expected: AND, OR or ))",
        "name = \"x | at 8: a text without an end (expected: a closing \")",
        "phase = BUSY | at 9: \"BUSY\" (expected: one of QUEUED, RUNNING,",
        "phase = WAITING_FOR_RESOURCES | at 9: \"WAITING_FOR_RESOURCES\" (expected: one of QUEUED,",
        "created_at > soon | at 14: \"soon\" (expected: a date or time, as in 2026-01-31",
        "waits_for_me = 1 | at 16: \"1\" (expected: true or false)",
        "label. = x | at 1: \"label. = x\" (expected: label.KEY, as in label.project)",
      })
  void refusesWithPositionAndExpectation(String filter, String message) {
    FilterException thrown =
        catchThrowableOfType(FilterException.class, () -> RunFilter.parse(filter, ANN));
    assertThat(thrown).as(filter).isNotNull();
    assertThat(thrown).hasMessageStartingWith(message);
  }

  @Test
  void refusesFiltersWithoutBounds() {
    assertThat(
            catchThrowableOfType(
                FilterException.class, () -> RunFilter.parse("(".repeat(1000), ANN)))
        .hasMessageContaining("at most 32 levels");
    assertThat(
            catchThrowableOfType(
                FilterException.class, () -> RunFilter.parse("x".repeat(2001), ANN)))
        .hasMessageContaining("2001 characters (expected: at most 2000)");
  }

  private static long millis(String time) {
    try {
      return Timestamps.toMillis(Timestamps.parse(time));
    } catch (java.text.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
