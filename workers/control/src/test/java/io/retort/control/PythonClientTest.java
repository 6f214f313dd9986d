package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests of the Python client that need a control plane. */
class PythonClientTest {
  @Test
  void theClientWorksWithThisControlPlane(@TempDir Path store, @TempDir Path folder)
      throws Exception {
    try (ControlHarness control = new ControlHarness(store)) {
      String output =
          PythonTools.run(
              folder,
              Map.of("RETORT_CONTROL_ADDRESS", "http://127.0.0.1:" + control.port()),
              "python",
              "-m",
              "pytest",
              "-p",
              "no:cacheprovider",
              "-rs",
              PythonTools.PROJECT.resolve("tests/test_client.py").toString());
      assertThat(output).contains(" passed").doesNotContain("skipped");
    }
  }
}
