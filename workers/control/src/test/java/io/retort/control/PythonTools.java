package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs of the environment of clients/python. */
final class PythonTools {
  static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
  static final Path PROJECT = REPOSITORY.resolve("clients/python");
  static final Path PROGRAMS = PROJECT.resolve(".venv/bin");

  private static final long LIMIT_SECONDS = 300;

  /**
   * Runs a program, and fails with its output unless it succeeds.
   *
   * @param folder in which the program runs and its output is kept
   * @return what it wrote, errors too
   */
  static String run(Path folder, Map<String, String> variables, String program, String... arguments)
      throws IOException, InterruptedException {
    Path file = PROGRAMS.resolve(program);
    assertThat(file)
        .as("the environment is set up by: infra/local/python-env.sh --project clients/python")
        .exists();
    return runAny(folder, variables, file.toString(), arguments);
  }

  /** Runs a program of the machine, otherwise as {@link #run}. */
  static String runAny(
      Path folder, Map<String, String> variables, String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(program + " ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private PythonTools() {}
}
