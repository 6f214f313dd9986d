package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.store.Hashes;
import io.retort.store.ProtoJson;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.ModelVersion;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PassAtK;
import io.retort.v1.ProblemScore;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a separate process, with a registry that the test fills. */
class ModelsCommandTest {
  private Path folder = Path.of("");
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path place) throws IOException {
    folder = place;
    control = new FakeRunService();
    add(1, 0.25, 7);
    add(2, 0.5, 8);
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void listsShowsAndCompares() throws Exception {
    Ended listed = models("list");
    Ended shown = models("show", "smol:v2");
    Ended compared = models("diff", "smol:v1", "smol:v2");
    Ended absent = models("show", "smol:v9");

    assertThat(listed.status()).as(listed.output()).isZero();
    assertThat(listed.output().lines().skip(1))
        .satisfiesExactly(
            line -> assertThat(line).contains("smol:v2", "latest", "run-2", "math 50.0 %"),
            line -> assertThat(line).contains("smol:v1", "-", "run-1", "math 25.0 %"));
    assertThat(shown.output())
        .contains("Model smol version 2", "content sha256:c2", "run run-2", "Benchmark math")
        .contains("latest", "release");
    assertThat(compared.output())
        .containsPattern("seed +7 +8")
        .doesNotContain("name ")
        .containsPattern("math +25.0 % .* +50.0 % .* +the same")
        .contains("The models differ.");
    assertThat(absent.status()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(absent.output()).isEqualTo("error: smol:v9: there is no such version");
  }

  @Test
  void showsAModelWithTheHistoryOfItsAliases() throws Exception {
    Ended shown = models("show", "smol");
    Ended json = models("show", "smol", "-o", "json");

    assertThat(shown.status()).as(shown.output()).isZero();
    assertThat(shown.output().lines())
        .startsWith("Model smol", "latest: v2")
        .anyMatch(line -> line.contains("smol:v1") && line.contains("run-1"))
        .anyMatch(line -> line.contains("latest") && line.contains("release"));
    assertThat(json.output())
        .contains("\"history\"", "\"more_versions\" : false", "\"version\" : 2");
  }

  @Test
  void comparesVersionsOnTheSameProblems() throws Exception {
    RunSpec spec =
        RunSpec.newBuilder()
            .setEvaluation(
                EvaluationSpec.newBuilder()
                    .addBenchmarks(BenchmarkSpec.newBuilder().setName("math")))
            .build();
    for (int number = 1; number <= 2; number++) {
      ModelVersion.Builder version =
          Objects.requireNonNull(control.models.versions.get("smol:v" + number)).toBuilder();
      version.getProvenanceBuilder().setSpec(spec);
      control.models.versions.put("smol:v" + number, version.build());
      ScoreRecord.Builder record = ScoreRecord.newBuilder();
      record.getScoreBuilder().setBenchmark("math").setSamples(1).setDatasetSha256("d");
      for (int problem = 0; problem < 100; problem++) {
        OutcomeCounts.Builder outcomes = OutcomeCounts.newBuilder();
        record.addProblems(
            ProblemScore.newBuilder()
                .setSampleId("p" + problem)
                .setOutcomes(
                    problem < 40 * number ? outcomes.setCorrect(1) : outcomes.setWrong(1)));
      }
      Files.writeString(
          folder.resolve("store/" + number + "/scores.json"),
          ProtoJson.print(VersionScores.newBuilder().addRecords(record)));
    }

    Ended compared = models("diff", "smol:v1", "smol:v2");

    assertThat(compared.status()).as(compared.output()).isZero();
    assertThat(compared.output())
        .contains("smol:v2 against smol:v1 on the same problems")
        .containsPattern("  math: better by 40\\.0 points \\[");
  }

  @Test
  void promotesWithAReasonAndRollsBack() throws Exception {
    Ended promoted = models("promote", "smol:v2", "prod", "--reason", "better on math");
    Ended rolledBack = models("rollback", "smol", "prod");
    Ended unreasoned = models("promote", "smol:v2", "prod");

    assertThat(promoted.output()).isEqualTo("prod: new -> v2");
    assertThat(rolledBack.output()).isEqualTo("prod: v2 -> v1");
    assertThat(unreasoned.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(control.models.promoted).hasSize(1);
    assertThat(control.models.promoted.get(0).getReason()).isEqualTo("better on math");
    assertThat(control.models.promoted.get(0).getActor())
        .isEqualTo(System.getProperty("user.name"));
    assertThat(control.models.rolledBack.get(0).getModel()).isEqualTo("smol");
  }

  @Test
  void pullsAndChecksEachFile() throws Exception {
    Path target = folder.resolve("pulled");

    Ended pulled = models("pull", "smol:v2", target.toString());
    Ended again = models("pull", "smol:v2", target.toString());
    Files.writeString(folder.resolve("store/2/config.json"), "changed");
    Ended changed = models("pull", "smol:v2", folder.resolve("other").toString());

    assertThat(pulled.output()).isEqualTo("smol:v2 is in " + target + ", 1 files checked");
    assertThat(target.resolve("config.json")).hasContent("config 2");
    assertThat(target.resolve("provenance.json")).exists();
    assertThat(again.status()).isEqualTo(ExitCode.FAILED.number());
    assertThat(again.output()).contains("not empty (expected: a new or empty folder)");
    assertThat(changed.status()).isEqualTo(ExitCode.FAILED.number());
    assertThat(changed.output()).startsWith("error: file config.json: sha256 ");
    assertThat(folder.resolve("other/config.json")).doesNotExist();
  }

  @Test
  void pushesToAStoreAndNotToTheHub() throws Exception {
    Path target = folder.resolve("pushed");

    Ended pushed = models("push", "smol:v2", target.toUri().toString());
    Ended hub = models("push", "smol:v2", "hf://acme/tiny");

    assertThat(pushed.status()).as(pushed.output()).isZero();
    assertThat(target.resolve("config.json")).hasContent("config 2");
    assertThat(target.resolve("provenance.json")).exists();
    assertThat(hub.status()).isEqualTo(ExitCode.FAILED.number());
    assertThat(hub.output()).contains("hf upload OWNER/NAME FOLDER");
  }

  @Test
  void deletesWithAReason() throws Exception {
    Ended deleted = models("delete", "smol:v1", "--reason", "too large");
    Ended unreasoned = models("delete", "smol:v1");

    assertThat(deleted.output()).isEqualTo("smol:v1 is deleted");
    assertThat(control.models.deleted).hasSize(1);
    assertThat(control.models.deleted.get(0).getReason()).isEqualTo("too large");
    assertThat(unreasoned.status()).isEqualTo(ExitCode.USAGE.number());
  }

  @Test
  void servesAVersionByItsName() throws Exception {
    Path python = folder.resolve("gpu-workers/trainer/.venv/bin/python");
    Files.createDirectories(python.getParent());
    Files.writeString(python, "#!/bin/sh\necho \"$@\"\n");
    Ended missing = models("serve", "smol:v2");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));

    Ended served = models("serve", "smol:v2", "--port", "0");

    assertThat(missing.output()).contains("python: missing (expected: the trainer's Python");
    assertThat(served.status()).as(served.output()).isZero();
    assertThat(served.output())
        .isEqualTo(
            folder.resolve("infra/local/model-server.py")
                + " --model "
                + folder.resolve("store/2")
                + " --port 0 --alias smol:v2");
  }

  @Test
  void deletesAServedCopyAlsoWhereItIsGone() throws Exception {
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy.resolve("part"));
    Files.writeString(copy.resolve("part/config.json"), "{}");

    ModelServer.delete(copy);
    ModelServer.delete(copy);

    assertThat(copy).doesNotExist();
  }

  @Test
  void pullsNothingFromOutsideTheVersion() throws Exception {
    ModelVersion version = Objects.requireNonNull(control.models.versions.get("smol:v2"));
    ModelVersion.Builder hostile = version.toBuilder();
    hostile.getProvenanceBuilder().clearFiles().putFiles("../1/config.json", "00");
    control.models.versions.put("smol:v3", hostile.build());

    Ended pulled = models("pull", "smol:v3", folder.resolve("pulled").toString());

    assertThat(pulled.status()).isEqualTo(ExitCode.FAILED.number());
    assertThat(pulled.output()).contains("../1/config.json (expected: a name inside the version)");
    assertThat(folder.resolve("1")).doesNotExist();
  }

  private void add(int number, double passAt1, int seed) throws IOException {
    Path place = Files.createDirectories(folder.resolve("store/" + number));
    Files.writeString(place.resolve("config.json"), "config " + number);
    Files.writeString(place.resolve("provenance.json"), "{}");
    ModelVersion.Builder version =
        ModelVersion.newBuilder()
            .setModel("smol")
            .setVersion(number)
            .setContentSha256("c" + number)
            .setModelUri("file://" + place)
            .setProvenance(
                ReleaseProvenance.newBuilder()
                    .setRunId("run-" + number)
                    .setSpec(RunSpec.newBuilder().setName("demo").setSeed(seed))
                    .putFiles(
                        "config.json",
                        Hashes.sha256Hex(
                            new ByteArrayInputStream(
                                ("config " + number).getBytes(StandardCharsets.UTF_8)),
                            () -> {}))
                    .addScores(
                        Score.newBuilder()
                            .setModel("stage-2")
                            .setBenchmark("math")
                            .setProblems(8)
                            .setSamples(1)
                            .setDatasetSha256("d")
                            .addPassAtK(
                                PassAtK.newBuilder()
                                    .setK(1)
                                    .setValue(passAt1)
                                    .setLow(0.1)
                                    .setHigh(0.9))));
    if (number == 2) {
      version.addAliases("latest");
    }
    control.models.versions.put("smol:v" + number, version.build());
  }

  private Ended models(String... arguments) throws Exception {
    String[] command =
        Stream.concat(Stream.of("models"), Arrays.stream(arguments)).toArray(String[]::new);
    return new RetortProcess(folder, control.address()).run(command);
  }
}
