package io.retort.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Workflows contain only durable logic: a clock, a file or a channel would break their replay. */
@AnalyzeClasses(packages = "io.retort", importOptions = ImportOption.DoNotIncludeTests.class)
final class WorkflowsArchitectureTest {
  @ArchTest
  static final ArchRule seeNoChannelsFilesOrThreads =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.retort.v1..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.grpc..",
              "io.ray..",
              "java.io..",
              "java.net..",
              "java.nio..",
              "java.util.concurrent..",
              "com.linecorp..");

  @ArchTest
  static final ArchRule seeNoClocks =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.retort.v1..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID");
}
