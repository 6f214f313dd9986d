package io.retort.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real S3 server, {@code rclone serve s3}, whose buckets are subfolders of a folder. It ignores
 * conditions of writes.
 */
public final class RcloneServer implements AutoCloseable {
  public static final String ACCESS_KEY = "key";
  public static final String SECRET_KEY = "a-secret-of-tests";

  private static final Pattern ENDPOINT = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

  private final Process process;
  private final String endpoint;

  private RcloneServer(Process process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * @param repository checkout with the trainer's Python environment, which contains rclone
   */
  public static RcloneServer start(Path repository, Path folder) throws IOException {
    Path rclone =
        repository.resolve("gpu-workers/trainer/.venv/bin/rclone").toAbsolutePath().normalize();
    if (!Files.isExecutable(rclone)) {
      throw new IllegalStateException(
          rclone + ": not there (expected: built by ./mvnw -pl gpu-workers/trainer verify)");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            rclone.toString(),
            "serve",
            "s3",
            folder.toString(),
            "--addr",
            "127.0.0.1:0",
            "--auth-key",
            ACCESS_KEY + "," + SECRET_KEY);
    builder.environment().put("RCLONE_CONFIG", "/dev/null");
    Process process = builder.redirectErrorStream(true).start();
    return new RcloneServer(process, endpoint(process));
  }

  public ProcessHandle process() {
    return process.toHandle();
  }

  public String endpoint() {
    return endpoint;
  }

  /** Environment variables with which a process reaches the server. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL_S3", endpoint,
        "AWS_ACCESS_KEY_ID", ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY", SECRET_KEY);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  private static String endpoint(Process process) throws IOException {
    BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder read = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      read.append(line).append('\n');
      Matcher matcher = ENDPOINT.matcher(line);
      if (matcher.find()) {
        readOn(log);
        return matcher.group();
      }
    }
    throw new IllegalStateException("rclone did not start: " + read);
  }

  /** A full pipe would block the server. */
  private static void readOn(BufferedReader log) {
    Thread reader =
        new Thread(
            () -> {
              try (log) {
                log.transferTo(Writer.nullWriter());
              } catch (IOException e) {
                // The server was stopped.
              }
            },
            "rclone-log");
    reader.setDaemon(true);
    reader.start();
  }
}
