package io.retort.ray;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A driver in a JVM of its own, which is killed when it is closed. */
final class DriverProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private DriverProcess(Process process) {
    this.process = process;
    output = process.inputReader(UTF_8);
  }

  static DriverProcess start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(Arrays.asList(arguments));
    return new DriverProcess(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
  }

  /** Whether it writes a line, after others such as those of Ray's library. */
  boolean writes(String wanted) throws IOException {
    String line = output.readLine();
    while (line != null && !line.equals(wanted)) {
      line = output.readLine();
    }
    return line != null;
  }

  BufferedReader output() {
    return output;
  }

  Process process() {
    return process;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }
}
