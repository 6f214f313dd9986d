package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.output.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code retort completion}, in a bash of its own. */
class CompletionTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void completesCommandsOptionsAndValuesInBash() throws Exception {
    Path script = Files.writeString(folder.resolve("completion.sh"), script("bash"));

    assertThat(completed(script, "ru")).contains("run", "runs");
    assertThat(completed(script, "runs", "w")).containsExactly("watch");
    assertThat(completed(script, "store", "sweep", "--old")).containsExactly("--older-than");
    assertThat(completed(script, "runs", "list", "-o", "")).contains("table", "json", "yaml");
    assertThat(completed(script, "superv")).isEmpty();
  }

  @Test
  void zshLoadsItsOwnCompletionFirst() {
    assertThat(script("zsh"))
        .startsWith("autoload -Uz compinit bashcompinit")
        .contains("complete -F");
    StringWriter output = new StringWriter();
    assertThat(
            Retort.commandLine()
                .setErr(new PrintWriter(output, true))
                .execute("completion", "fish"))
        .isEqualTo(ExitCode.USAGE.number());
  }

  private static String script(String shell) {
    StringWriter output = new StringWriter();
    int status =
        Retort.commandLine().setOut(new PrintWriter(output, true)).execute("completion", shell);
    assertThat(status).isZero();
    return output.toString();
  }

  /** What bash offers for the last word. */
  private static List<String> completed(Path script, String... words)
      throws IOException, InterruptedException {
    String program =
        "source \"$1\"; shift; COMP_WORDS=(retort \"$@\"); COMP_CWORD=$#; COMPREPLY=();"
            + " _complete_retort; printf '%s\\n' \"${COMPREPLY[@]}\"";
    ProcessBuilder builder =
        new ProcessBuilder("bash", "--norc", "-c", program, "bash", script.toString());
    builder.command().addAll(List.of(words));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output.isEmpty() ? List.of() : output.lines().map(String::strip).toList();
  }
}
