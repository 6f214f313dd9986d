package io.retort.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The generated pages are those of the code; with {@code -Ddocs.write=true} they are written. */
class ReferencePagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void theSpecReferenceIsThatOfTheContract() throws IOException {
    check("spec.md", SpecPage.render());
  }

  @Test
  void theCommandReferenceIsThatOfTheCommands() throws IOException {
    check("cli.md", CommandPage.render());
  }

  @Test
  void theApiReferenceIsThatOfTheContract() throws IOException {
    check("api-reference.md", ApiPage.render());
  }

  @Test
  void theMetricsAreThoseOfTheProcesses() throws IOException {
    String rendered = MetricsPage.render();
    assertThat(rendered)
        .contains("| `retort_judge_calls_total` | judge worker | `method`, `endpoint`, `outcome` |")
        .contains("| `retort_trainer_loss` | driver | `kind` | Last logged loss")
        .contains("`retort_judge_cooldown_seconds` | judge worker | `endpoint` | Remaining time");
    check("metrics.md", rendered);
  }

  @Test
  void thePageForContributorsNamesTheCommand() throws IOException {
    assertThat(Files.readString(Path.of("..", "CONTRIBUTING.md"))).contains(Reference.COMMAND);
  }

  private static void check(String page, String rendered) throws IOException {
    Path file = DOCS.resolve(page);
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(file, rendered);
    }
    assertThat(Files.exists(file) && Files.readString(file).equals(rendered))
        .as("docs/%s is stale; regenerate it with:%n%s", page, Reference.COMMAND)
        .isTrue();
  }
}
