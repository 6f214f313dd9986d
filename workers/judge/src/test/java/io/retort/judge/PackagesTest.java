package io.retort.judge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependency rules of the judge worker's packages. */
class PackagesTest {
  private static JavaClasses classes;

  @BeforeAll
  static void load() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.retort.judge");
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.retort.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void onlyTheWirePackageSeesTheHttpClientOfEndpoints() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.retort.judge.wire..", "io.retort.judge.peer..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.linecorp.armeria.client..")
        .check(classes);
  }

  @Test
  void promptsAndParsersSeeOnlyTheValuesOfAChat() {
    noClasses()
        .that()
        .resideInAnyPackage("io.retort.judge.prompt..", "io.retort.judge.answer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.linecorp.armeria..",
            "io.netty..",
            "io.retort.judge.configuration..",
            "io.retort.judge.wire..",
            "io.retort.judge.admission..",
            "io.retort.judge.route..",
            "io.retort.judge.time..")
        .check(classes);
  }
}
