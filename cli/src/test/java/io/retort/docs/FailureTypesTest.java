package io.retort.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every type of failure, and every reason of a row, is on the page where a reader looks for it. */
class FailureTypesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> SOURCES =
      List.of(
          "workflows/src/main",
          "workers/runtime/src/main",
          "workers/pipeline/src/main",
          "gpu-workers/driver/src/main",
          "gpu-workers/trainer/src");

  /** Calls that make a failure of a run, in Java and in Python. */
  private static final Pattern FAILURE =
      Pattern.compile(
          "(?:Failures\\.(?:user|platform|resource)\\("
              + "|(?:Failures\\.of|nonRetryable|retryable)\\(\\s*FailureCategory\\.\\w+,"
              + "|(?:user|platform|resource)_error\\("
              + "|(?:RetortError|Failure)\\(\\s*FailureCategory\\.\\w+,)"
              + "\\s*\"([A-Z][A-Z0-9_]+)\"");

  @Test
  void everyTypeIsInTroubleshooting() throws IOException {
    Map<String, String> types = new TreeMap<>();
    for (String source : SOURCES) {
      for (Path file : files(ROOT.resolve(source))) {
        Matcher found = FAILURE.matcher(Files.readString(file));
        while (found.find()) {
          types.put(found.group(1), String.valueOf(file.getFileName()));
        }
      }
    }
    assertThat(types).hasSizeGreaterThan(80);

    types.keySet().removeAll(firstCells("docs/troubleshooting.md"));

    assertThat(types).as("types without a row in docs/troubleshooting.md, by file").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest/QuarantineReason", "preference/Refusal"})
  void everyReasonOfARowIsExplained(String type) throws IOException {
    String code =
        Files.readString(
            ROOT.resolve("workers/pipeline/src/main/java/io/retort/" + type + ".java"));
    Matcher constant =
        Pattern.compile("^ {2}([A-Z][A-Z_]+),?$", Pattern.MULTILINE)
            .matcher(code.substring(code.indexOf("enum ")));
    Set<String> reasons = new TreeSet<>();
    while (constant.find()) {
      reasons.add(constant.group(1));
    }
    assertThat(reasons).hasSizeGreaterThan(10);

    assertThat(firstCells("docs/row-reasons.md")).containsAll(reasons);
  }

  private static Set<String> firstCells(String page) throws IOException {
    Set<String> cells = new TreeSet<>();
    for (String line : Files.readAllLines(ROOT.resolve(page))) {
      if (line.startsWith("| `")) {
        Matcher name = Pattern.compile("`([A-Z][A-Z0-9_]+)`").matcher(line.split("\\|", -1)[1]);
        while (name.find()) {
          cells.add(name.group(1));
        }
      }
    }
    return cells;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(java|py)")).sorted().toList();
    }
  }
}
