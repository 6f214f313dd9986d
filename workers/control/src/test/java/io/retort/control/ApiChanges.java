package io.retort.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares OpenAPI documents of this API: what a client of the first one can no longer do with the
 * second. Paths, roles and bounds come from options of the proto files, which buf does not compare.
 */
final class ApiChanges {
  private static final String ROLE = "x-required-role";
  private static final List<String> ROLES = List.of("VIEWER", "OPERATOR", "APPROVER", "ADMIN");

  /** The level of what breaks a client in the output of oasdiff. */
  private static final int ERROR = 3;

  /**
   * A line for each change that breaks a client; additions do not.
   *
   * @param folder in which oasdiff reads the documents
   */
  static List<String> breaking(Path folder, String before, String after)
      throws IOException, InterruptedException {
    List<String> found = higherRoles(before, after);
    String changes =
        PythonTools.run(
            folder,
            Map.of(),
            "oasdiff",
            "breaking",
            Files.writeString(folder.resolve("before.json"), before, UTF_8).toString(),
            Files.writeString(folder.resolve("after.json"), after, UTF_8).toString(),
            "--severity-levels",
            PythonTools.PROJECT.resolve("tools/oasdiff-severity.txt").toString(),
            "--format",
            "json");
    for (JsonNode change : new ObjectMapper().readTree(changes)) {
      if (change.path("level").asInt() == ERROR) {
        found.add(
            text(change, "operation") + " " + text(change, "path") + ": " + text(change, "text"));
      }
    }
    return found;
  }

  /** oasdiff reads no extensions. */
  private static List<String> higherRoles(String before, String after) throws IOException {
    JsonNode paths = new ObjectMapper().readTree(after).path("paths");
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path :
        new ObjectMapper().readTree(before).path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        JsonNode now = paths.path(path.getKey()).path(operation.getKey());
        String was = text(operation.getValue(), ROLE);
        String is = text(now, ROLE);
        if (ROLES.indexOf(is) > ROLES.indexOf(was)) {
          found.add(
              operation.getKey().toUpperCase(Locale.ROOT)
                  + " "
                  + path.getKey()
                  + ": needs "
                  + is
                  + ", was "
                  + was);
        }
      }
    }
    return found;
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText();
  }

  private ApiChanges() {}
}
