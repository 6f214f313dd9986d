package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.v1.DataSource;
import io.retort.v1.LocationViolation;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunSpec;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocationChecksTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  @Test
  void everythingThatIsMissingIsNamedAtOnce() throws IOException {
    Path there = Files.writeString(folder.resolve("there.jsonl"), "{}\n");
    RunSpec.Builder spec = spec(there.toString(), folder + "/none.jsonl", "hf://datasets/a/b");
    spec.getStudentBuilder().setModel(folder + "/student");
    spec.getEvaluationBuilder()
        .addBenchmarksBuilder()
        .getSourceBuilder()
        .setPath(folder + "/*.none");

    List<LocationViolation> violations = check(spec.build());

    assertThat(violations)
        .extracting(LocationViolation::getField)
        .containsExactly(
            "data.train[1].path", "evaluation.benchmarks[0].source.path", "student.model");
    assertThat(violations.get(0).getDescription())
        .isEqualTo(folder + "/none.jsonl: no such file (expected: a file, a folder or a glob)");
    assertThat(violations.get(2).getDescription()).startsWith(folder + "/student (expected: ");
  }

  @Test
  void anIncompleteStudentIsRefusedWithWhatItLacks() throws IOException {
    Path student = Files.createDirectory(folder.resolve("student"));
    Files.writeString(student.resolve("config.json"), "{}");
    RunSpec.Builder spec = spec();
    spec.getStudentBuilder().setModel(student.toString());

    assertThat(check(spec.build()))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.getDescription()).contains("no tokenizer", "no weights"));
  }

  @Test
  void versionsOfTheRegistryMustExist() {
    RunSpec spec =
        RunSpec.newBuilder()
            .addModels(ModelSpec.newBuilder().setModel("registry:demo:v7"))
            .addModels(ModelSpec.newBuilder().setModel("hf://owner/name"))
            .build();

    assertThat(check(spec))
        .extracting(LocationViolation::getField)
        .containsExactly("models[0].model");
  }

  @Test
  void whatTheOperatorDoesNotAllowIsNotLookedUp() {
    LocationChecks guarded =
        new LocationChecks(
            store(),
            Hub.of(new Environment(Map.of())),
            DataRoots.of(new Environment(Map.of("RETORT_STORE", "file://" + folder))));

    assertThat(guarded.violations(spec("/etc/passwd").build(), true, "file://" + folder))
        .extracting(LocationViolation::getDescription)
        .singleElement()
        .asString()
        .contains("does not allow this location");
  }

  private List<LocationViolation> check(RunSpec spec) {
    return new LocationChecks(store(), Hub.of(new Environment(Map.of())), DataRoots.all())
        .violations(spec, spec.hasStudent(), "file://" + folder);
  }

  private Store store() {
    return Store.open("file://" + folder);
  }

  private static RunSpec.Builder spec(String... train) {
    RunSpec.Builder spec = RunSpec.newBuilder();
    for (String path : train) {
      spec.getDataBuilder().addTrain(DataSource.newBuilder().setPath(path));
    }
    spec.getStudentBuilder().setModel("hf://owner/name");
    return spec;
  }
}
