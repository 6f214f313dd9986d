package io.retort.python;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;

/** The real Python processes, if the trainer's environment has been built. */
public final class TrainerPython {
  private static final Path TRAINER = Path.of("../../gpu-workers/trainer");

  public static PythonWorkers workers() {
    Path python = TRAINER.resolve(".venv/bin/python").toAbsolutePath().normalize();
    assumeThat(python).as("the trainer's environment").isExecutable();
    String path = TRAINER.resolve("src").toAbsolutePath().normalize().toString();
    return PythonWorkers.ofTrainer(python.toString(), path);
  }

  private TrainerPython() {}
}
