package io.retort.cli;

import io.retort.store.Locations;
import io.retort.v1.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Serves a version by the trainer's Python environment, as a process of its own. */
final class ModelServer {
  private final Path repository;

  /**
   * @param repository with the trainer's environment and the server's program
   */
  ModelServer(Path repository) {
    this.repository = repository;
  }

  /** Returns the exit status of the server, once it has ended. */
  int serve(ModelVersion version, int port) throws IOException, InterruptedException {
    Optional<Path> local = Locations.path(version.getModelUri());
    if (local.isPresent()) {
      return run(version, local.get(), port);
    }
    Path scratch = Files.createTempDirectory("retort-model-");
    // An interrupt ends this process without the block below.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtExit(scratch)));
    try {
      String unused = ModelCopy.copy(version, scratch.toString());
      return run(version, scratch, port);
    } finally {
      delete(scratch);
    }
  }

  private int run(ModelVersion version, Path folder, int port)
      throws IOException, InterruptedException {
    Path python = repository.resolve("gpu-workers/trainer/.venv/bin/python");
    if (!Files.isExecutable(python)) {
      throw new CommandException(
          python
              + ": missing (expected: the trainer's Python environment; ./mvnw verify makes it)");
    }
    Process server =
        new ProcessBuilder(
                List.of(
                    python.toString(),
                    repository.resolve("infra/local/model-server.py").toString(),
                    "--model",
                    folder.toString(),
                    "--port",
                    String.valueOf(port),
                    "--alias",
                    version.getModel() + ":v" + version.getVersion()))
            .inheritIO()
            .start();
    // An interrupt of the terminal reaches the server too; any other end of this process does not.
    Thread stop = new Thread(server::destroy);
    Runtime.getRuntime().addShutdownHook(stop);
    return server.waitFor();
  }

  private static void deleteAtExit(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      System.err.println(folder + ": not deleted: " + e);
    }
  }

  /** Does nothing where the folder is gone, also while it is read. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e.getCause();
      }
    }
  }
}
