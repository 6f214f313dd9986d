package io.retort.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Grant;
import io.retort.v1.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerTest {
  private static final Caller ANA =
      Caller.of(
          "ana",
          "token:1",
          List.of(
              grant("nlp", Role.ROLE_VIEWER),
              grant("nlp", Role.ROLE_APPROVER),
              grant("vision", Role.ROLE_VIEWER)));

  @Test
  void theHighestOfSeveralGrantsCountsAndIncludesTheLower() {
    assertThat(ANA.holds(Role.ROLE_OPERATOR, "nlp")).isTrue();
    assertThat(ANA.holds(Role.ROLE_ADMIN, "nlp")).isFalse();
    assertThat(ANA.holds(Role.ROLE_OPERATOR, "vision")).isFalse();
    assertThat(ANA.holds(Role.ROLE_VIEWER, "speech")).isFalse();
    assertThat(ANA.everywhere(Role.ROLE_VIEWER)).isFalse();
    assertThat(ANA.teams(Role.ROLE_VIEWER))
        .hasValueSatisfying(teams -> assertThat(teams).containsExactly("nlp", "vision"));
    Caller root = Caller.of("root", "token:2", List.of(grant("*", Role.ROLE_VIEWER)));
    assertThat(root.teams(Role.ROLE_VIEWER)).isEmpty();
    assertThat(root.teams(Role.ROLE_ADMIN))
        .hasValueSatisfying(teams -> assertThat(teams).isEmpty());
  }

  @Test
  void aKnownCallerDecidesInItsOwnName() {
    assertThat(ANA.actor("bob")).isEqualTo("ana");
    assertThat(ANA.note("bob", "looks good")).isEqualTo("looks good (for bob)");
    assertThat(ANA.note("ana", "looks good")).isEqualTo("looks good");
    Caller unknown = new Caller("local");
    assertThat(unknown.actor("bob")).isEqualTo("bob");
    assertThat(unknown.note("bob", "looks good")).isEqualTo("looks good");
  }

  @Test
  void aRoleOfALaterVersionGivesNothing() {
    Grant later = Grant.newBuilder().setTeam("nlp").setRoleValue(9).build();
    assertThat(Caller.of("new", "token:3", List.of(later)).roles()).isEmpty();
  }

  private static Grant grant(String team, Role role) {
    return Grant.newBuilder().setTeam(team).setRole(role).build();
  }
}
