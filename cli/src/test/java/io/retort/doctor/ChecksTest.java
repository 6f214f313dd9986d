package io.retort.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aStoreThatCanBeUsedIsLeftAsItWas() throws IOException {
    Path store = folder.resolve("store");
    Files.createDirectories(store);

    List<Finding> findings = StoreChecks.check(store.toUri().toString().replaceAll("/$", ""));

    assertThat(findings).extracting(Finding::level).containsOnly(Level.OK);
    assertThat(findings).extracting(Finding::check).containsExactly("store", "clock");
    assertThat(store).isEmptyDirectory();
  }

  @Test
  void aStoreThatIsAFileCannotBeWrittenTo() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(StoreChecks.check(file.toUri().toString()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.ERROR);
              assertThat(finding.message()).contains("cannot be written to");
              assertThat(finding.fix()).contains("read, write and delete");
            });
  }

  @Test
  void clocksMayDifferByFiveSeconds() {
    Instant now = Instant.parse("2026-11-01T00:00:00Z");

    assertThat(StoreChecks.clock("a", now.plusSeconds(5), now).level()).isEqualTo(Level.OK);
    assertThat(StoreChecks.clock("a", now.minusSeconds(6), now))
        .extracting(Finding::level, Finding::message)
        .containsExactly(Level.WARNING, "differs by 6 s from a (expected: at most 5 s)");
  }

  @Test
  void comparesRayOfPythonWithThatOfTheDriver() throws Exception {
    Path python = folder.resolve("gpu-workers/trainer/.venv/bin/python");
    Files.createDirectories(java.util.Objects.requireNonNull(python.getParent()));
    Files.writeString(folder.resolve("pom.xml"), "<version.ray>2.39.0</version.ray>");
    Files.writeString(python, "#!/bin/sh\necho 3.11.2 2.40.0\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThat(MachineChecks.python(folder))
        .extracting(Finding::check, Finding::level, Finding::message)
        .containsExactly(
            tuple("python", Level.OK, "Python 3.11.2"),
            tuple(
                "ray",
                Level.ERROR,
                "Ray 2.40.0 in Python (expected: 2.39.0, that of the Java driver)"));
    Files.writeString(python, "#!/bin/sh\necho broken; exit 3\n");
    assertThat(MachineChecks.python(folder))
        .extracting(Finding::level, Finding::message)
        .containsExactly(tuple(Level.ERROR, python + ": does not run: broken"));
    assertThat(MachineChecks.python(folder.resolve("none")))
        .extracting(Finding::level)
        .containsExactly(Level.WARNING);
  }

  @Test
  void asksForTheDiskThatASetUpNeeds() throws IOException {
    Finding finding = MachineChecks.disk(folder.resolve("not/there/yet"), true);

    assertThat(finding.message()).contains("GiB free at " + folder.resolve("not/there/yet"));
    assertThat(MachineChecks.java().level()).isEqualTo(Level.OK);
  }
}
