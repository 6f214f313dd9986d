package io.retort.stack;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;

/**
 * {@code retort up} in a separate process. Arguments: repository, then the supervisor's command
 * line.
 */
public final class UpProbe {
  public static void main(String[] arguments) throws Exception {
    Path repository = Path.of(arguments[0]);
    new LocalStack(repository, environment(repository))
        .up(
            options(repository),
            List.of(arguments).subList(1, arguments.length),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8));
  }

  /** Options of a stack without Temporal, Ray and model server, on free ports. */
  static StackOptions options(Path repository, String... flags) {
    List<String> all = new ArrayList<>(List.of(flags));
    if (!all.contains("--endpoints")) {
      all.addAll(
          List.of(
              "--judge-url=http://judge/v1",
              "--judge-model=m",
              "--student-url=http://student/v1",
              "--student-model=m"));
    }
    while (true) {
      List<String> moved = new ArrayList<>(all);
      // Below the range from which outgoing connections take their ports.
      moved.add("--port-offset=" + ThreadLocalRandom.current().nextInt(13_000, 20_000));
      StackOptions options =
          CommandLine.populateCommand(new StackFlags(), moved.toArray(new String[0]))
              .options(repository, environment(repository));
      Set<StackPort> ports = new StackPlan(options).ports();
      try {
        options.ports().requireFree(ports);
        return options;
      } catch (StackException e) {
        // The ports are in use; tries others.
      }
    }
  }

  static Map<String, String> environment(Path repository) {
    return Map.of(
        "RETORT_HOME",
        home(repository).toString(),
        "TEMPORAL_ADDRESS",
        "temporal:1",
        "RETORT_RAY_ADDRESS",
        "ray:1");
  }

  static Path home(Path repository) {
    return repository.resolve("home");
  }

  /** A checkout with everything that {@code up} needs; its Python is the real supervisor. */
  static void writeRepository(Path repository) throws IOException {
    Path python = repository.resolve("gpu-workers/trainer/.venv/bin/python");
    Files.createDirectories(repository.resolve("gpu-workers/trainer/.venv/bin"));
    Files.writeString(python, "#!/bin/sh\nshift 2\nexec \"$@\"\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(repository.resolve("workers/judge/target"));
    ClassPathJar.write(
        repository.resolve("workers/judge/target/retort-judge.jar"), FakeJudge.class);
    Files.createDirectories(home(repository));
  }

  private UpProbe() {}
}
