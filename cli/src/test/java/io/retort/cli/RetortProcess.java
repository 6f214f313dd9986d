package io.retort.cli;

import io.retort.stack.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line as a process of its own, against the control plane of a test. */
final class RetortProcess {
  private final Path folder;
  private final String address;

  /**
   * @param folder stands for the repository, and is the process's working directory
   * @param address of the control plane
   */
  RetortProcess(Path folder, String address) {
    this.folder = folder;
    this.address = address;
  }

  /**
   * @param output of both streams, without blanks around it
   */
  record Ended(int status, String output) {}

  Ended run(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Ended(process.waitFor(), output);
  }

  Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-D" + Repository.PROPERTY + "=" + folder,
                "-Duser.home=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Retort.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    builder.environment().put("RETORT_CONTROL_ADDRESS", address);
    builder.environment().put("HOME", folder.toString());
    builder.environment().remove("RETORT_TERMINAL");
    return builder.start();
  }
}
