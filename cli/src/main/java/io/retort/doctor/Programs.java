package io.retort.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs small programs of this machine, each for a limited time. */
final class Programs {
  private static final long LIMIT_SECONDS = 20;

  /**
   * What a program printed.
   *
   * @param output of both streams, without blanks around it
   */
  record Ended(int status, String output) {}

  /** Empty if the program is not there, or does not end in time. */
  static Optional<Ended> run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("retort-doctor-", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return Optional.of(
          new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip()));
    } catch (IOException e) {
      // ProcessBuilder reports a program that is not there.
      return Optional.empty();
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private Programs() {}
}
