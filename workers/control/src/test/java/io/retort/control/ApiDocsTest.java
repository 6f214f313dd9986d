package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What docs/api.md says by curl and by Python, against a control plane. */
class ApiDocsTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```(sh|python)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @Test
  @EnabledIf(value = "hasTools", disabledReason = "curl or jq is not installed")
  void everyExampleWorks(@TempDir Path store, @TempDir Path folder) throws Exception {
    StringBuilder shell = new StringBuilder("set -euo pipefail\n");
    StringBuilder python = new StringBuilder();
    Matcher blocks = BLOCK.matcher(Files.readString(PythonTools.REPOSITORY.resolve("docs/api.md")));
    while (blocks.find()) {
      // The address is that of the test.
      (blocks.group(1).equals("sh") ? shell : python)
          .append(blocks.group(2).replaceAll("(?m)^export RETORT_CONTROL_ADDRESS=.*$", ""));
    }
    assertThat(shell).contains("curl");
    assertThat(python).contains("watch");
    try (ControlHarness control = new ControlHarness(store)) {
      Map<String, String> variables =
          Map.of("RETORT_CONTROL_ADDRESS", "http://127.0.0.1:" + control.port());
      String ofShell = PythonTools.runAny(folder, variables, "bash", "-c", shell.toString());
      String ofPython = PythonTools.run(folder, variables, "python", "-c", python.toString());

      assertThat(ofShell).contains("RUN_PHASE_SUCCEEDED").contains("event:end");
      assertThat(ofPython)
          .contains("SUCCEEDED [('INGEST', 0, 3)]")
          .contains("is made from demo-")
          .contains("spec.sft.epochs \"many\" (expected: a number)");
    }
  }

  static boolean hasTools() {
    List<Path> folders =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getenv().getOrDefault("PATH", ""))
            .map(Path::of)
            .toList();
    return List.of("bash", "curl", "jq").stream()
        .allMatch(tool -> folders.stream().anyMatch(at -> Files.isExecutable(at.resolve(tool))));
  }
}
