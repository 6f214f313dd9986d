package io.retort.stack;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A user's own file of endpoints and routes, which the judge workers read unchanged; nothing writes
 * to it.
 *
 * @param file absolute path
 * @param variables names of the environment variables that it refers to
 * @param addresses its {@code base_url} values
 */
record UserEndpoints(Path file, Set<String> variables, Set<String> addresses) {
  private static final YAMLMapper YAML = new YAMLMapper();

  UserEndpoints {
    variables = Set.copyOf(variables);
    addresses = Set.copyOf(addresses);
  }

  /**
   * @throws StackException when the file cannot be read or is not YAML
   */
  static UserEndpoints read(Path file) {
    JsonNode root;
    try {
      root = YAML.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      // Omits the parser's message, which quotes the file and may contain a key.
      JsonLocation at = e.getLocation();
      throw new StackException(
          "--endpoints: "
              + file
              + ": not YAML"
              + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr())
              + " (expected: endpoints and routes)");
    } catch (IOException e) {
      throw new StackException(
          "--endpoints: " + file + " cannot be read: " + e + " (expected: a YAML file in UTF-8)",
          e);
    }
    Set<String> variables = new TreeSet<>();
    Set<String> addresses = new TreeSet<>();
    collect(root, variables, addresses);
    return new UserEndpoints(file, variables, addresses);
  }

  /** Whether an endpoint refers to the program that listens on this port of this machine. */
  boolean names(int port) {
    return addresses.stream()
        .anyMatch(
            address -> address.matches("https?://(127\\.0\\.0\\.1|localhost):" + port + "(/.*)?"));
  }

  /**
   * Validates the file with the judge worker, which knows the complete format.
   *
   * @param repository checkout that contains the built worker
   * @throws StackException with all errors of the file
   */
  void requireValid(Path repository) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-jar",
            repository.resolve("workers/judge/target/retort-judge.jar").toString(),
            "--check");
    builder.environment().put("RETORT_ENDPOINTS", file.toString());
    Process check = builder.redirectErrorStream(true).start();
    check.getOutputStream().close();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (check.waitFor() != 0) {
      throw new StackException("--endpoints: " + output.strip());
    }
  }

  private static void collect(JsonNode node, Set<String> variables, Set<String> addresses) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getValue().isTextual()) {
        switch (entry.getKey()) {
          case "api_key_env", "env" -> variables.add(entry.getValue().textValue());
          case "base_url" -> addresses.add(entry.getValue().textValue());
          default -> {}
        }
      }
    }
    for (JsonNode child : node) {
      collect(child, variables, addresses);
    }
  }
}
