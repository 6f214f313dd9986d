package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.output.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script of {@code retort completion}, in a shell of its own. */
@Timeout(60)
class CompletionTest {
  /** Types a line and a tab into a terminal with zsh, and waits for what the tab makes of it. */
  private static final String ZSH_TERMINAL =
      """
      zmodload zsh/zpty
      zpty terminal zsh -f -i
      zpty -w terminal "TERM=dumb; source $1; echo LOADED\\$?"
      zpty -r terminal shown '*LOADED0*'
      zpty -w -n terminal "$2"$'\t'
      zpty -r terminal shown "*$3*"
      """;

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

  @ParameterizedTest
  @CsvSource({
    "retort doc, retort doctor",
    "retort runs w, retort runs watch",
    "retort store sweep --old, retort store sweep --older-than",
    "retort runs list -o t, retort runs list -o table"
  })
  void completesTheSameInZsh(String typed, String completed) throws Exception {
    assumeTrue(isInstalled("zsh"), "zsh is installed");
    Path script = Files.writeString(folder.resolve("completion.zsh"), script("zsh"));

    Process zsh =
        new ProcessBuilder(
                "zsh", "-f", "-c", ZSH_TERMINAL, "zsh", script.toString(), typed, completed)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("zsh.txt").toFile())
            .start();
    try {
      assertThat(zsh.waitFor(30, TimeUnit.SECONDS)).as("completes %s", typed).isTrue();
      assertThat(zsh.exitValue()).as(Files.readString(folder.resolve("zsh.txt"))).isZero();
    } finally {
      zsh.descendants().forEach(ProcessHandle::destroyForcibly);
      zsh.destroyForcibly();
    }
  }

  @Test
  void refusesOtherShells() {
    StringWriter output = new StringWriter();
    assertThat(
            Retort.commandLine()
                .setErr(new PrintWriter(output, true))
                .execute("completion", "fish"))
        .isEqualTo(ExitCode.USAGE.number());
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
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
