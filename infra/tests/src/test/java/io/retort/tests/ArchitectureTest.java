package io.retort.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependency rules across all modules. */
final class ArchitectureTest {
  private static final List<String> MODULES =
      List.of(
          "clients/java",
          "workflows",
          "workers/runtime",
          "workers/judge",
          "workers/pipeline",
          "workers/control",
          "gpu-workers/driver",
          "cli");

  private static final List<String> WORKERS =
      List.of("workers/judge", "workers/pipeline", "workers/control", "gpu-workers/driver", "cli");

  private static final int MOST_LINES = 400;

  private static JavaClasses all;

  @BeforeAll
  static void load() {
    List<Path> folders = MODULES.stream().map(ArchitectureTest::folder).toList();
    assertThat(folders).allMatch(Files::isDirectory);
    all = new ClassFileImporter().importPaths(folders);
  }

  /** A package has the same name in every module that contains a part of it. */
  @Test
  void packagesHaveNoCircles() {
    slices().matching("(**)").should().beFreeOfCycles().check(all);
  }

  @Test
  void filesAreSmall() throws IOException {
    for (String module : MODULES) {
      try (Stream<Path> files =
          Files.walk(TestStack.repository().resolve(module).resolve("src/main/java"))) {
        assertThat(files.filter(file -> file.toString().endsWith(".java")))
            .allSatisfy(
                file ->
                    assertThat(lines(file))
                        .as("lines of %s", file)
                        .isLessThanOrEqualTo(MOST_LINES));
      }
    }
  }

  @Test
  void onlyTheDriverSeesRay() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.retort.ray..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.ray..")
        .check(all);
    classes()
        .that()
        .resideInAPackage("io.retort.ray..")
        .should()
        .onlyBeAccessed()
        .byClassesThat()
        .resideInAnyPackage("io.retort.ray..", "io.retort.driver..")
        .check(all);
  }

  /**
   * Digits of another locale would change names in the store, which other processes then could not
   * find.
   */
  @Test
  void nothingButTheTerminalIsWrittenInTheLocaleOfItsMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.retort.cli..")
        .should()
        .callMethod(String.class, "format", String.class, Object[].class)
        .check(all);
  }

  @Test
  void onlyTheJudgeAndTheSenderOfWebhooksCallOtherSystems() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.retort.judge..", "io.retort.webhook..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.linecorp.armeria.client..", "com.openai..")
        .check(all);
  }

  @Test
  void onlyTheJudgeSeesModelEndpoints() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.retort.judge..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.retort.judge.configuration..",
            "io.retort.judge.wire..",
            "io.retort.judge.admission..",
            "io.retort.judge.route..")
        .check(all);
  }

  @Test
  void onlyTheStoreSeesS3() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.retort.store..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("software.amazon..")
        .check(all);
  }

  @Test
  void workersMeetOnlyInContracts() {
    for (String worker : WORKERS) {
      String[] others =
          WORKERS.stream().filter(other -> !other.equals(worker)).toArray(String[]::new);
      noClasses().that(areOf(worker)).should().dependOnClassesThat(areOf(others)).check(all);
    }
  }

  @Test
  void theClientSeesOnlyContracts() {
    String client = "clients/java";
    String[] others =
        MODULES.stream().filter(other -> !other.equals(client)).toArray(String[]::new);
    noClasses().that(areOf(client)).should().dependOnClassesThat(areOf(others)).check(all);
  }

  /** By module, because several modules may contain parts of one package. */
  private static DescribedPredicate<JavaClass> areOf(String... modules) {
    List<Path> folders =
        Arrays.stream(modules).map(module -> folder(module).toAbsolutePath().normalize()).toList();
    return DescribedPredicate.describe(
        "are of " + String.join(", ", modules),
        type ->
            type.getSource()
                .map(Source::getUri)
                .filter(uri -> "file".equals(uri.getScheme()))
                .map(Path::of)
                .filter(file -> folders.stream().anyMatch(file::startsWith))
                .isPresent());
  }

  private static Path folder(String module) {
    return TestStack.repository().resolve(module).resolve("target/classes");
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
