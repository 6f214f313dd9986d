package io.retort.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelReferenceTest {
  @Test
  void namesAVersionByNumberAliasOrContent() {
    String sha256 = "ab".repeat(32);

    assertThat(ModelReference.parse("smol-r1:v12"))
        .contains(new ModelReference("smol-r1", 12, Optional.empty(), Optional.empty()));
    assertThat(ModelReference.parse("smol:latest"))
        .contains(new ModelReference("smol", 0, Optional.of("latest"), Optional.empty()));
    assertThat(ModelReference.parse("smol@sha256:" + sha256))
        .contains(new ModelReference("smol", 0, Optional.empty(), Optional.of(sha256)));
  }

  @Test
  void refusesAllElse() {
    for (String text :
        new String[] {
          "",
          "smol",
          "smol:",
          ":latest",
          "smol:../x",
          "../smol:v1",
          "smol:V1",
          "smol/x:v1",
          "smol@sha256:ab",
          "smol@md5:" + "a".repeat(64),
          "smol:v1 ",
          "smol:latest\n"
        }) {
      assertThat(ModelReference.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  void anAliasDoesNotReadAsAVersion() {
    assertThat(ModelReference.isAlias("production")).isTrue();
    assertThat(ModelReference.isAlias("v2-beta")).isTrue();
    assertThat(ModelReference.isAlias("v2")).isFalse();
    assertThat(ModelReference.isAlias("../x")).isFalse();
  }
}
