package io.retort.driver;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of the driver for an invalid environment, before it connects to anything. */
final class GpuDriverTest {
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void complete(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("retort_trainer"));
    variables.put("RETORT_RAY_ADDRESS", "127.0.0.1:6379");
    variables.put("RETORT_TRAINER_PATH", folder.toString());
  }

  @Test
  void needsTheAddressOfRay() {
    variables.remove("RETORT_RAY_ADDRESS");

    assertRefused("RETORT_RAY_ADDRESS: not set");
  }

  @Test
  void needsTheTrainer() {
    variables.put("RETORT_TRAINER_PATH", "no-such-folder");

    assertRefused("RETORT_TRAINER_PATH: no-such-folder (expected: a folder");
  }

  @Test
  void needsASlot() {
    variables.put("RETORT_GPU_SLOTS", "0");

    assertRefused("RETORT_GPU_SLOTS: 0 (expected: at least 1)");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> new GpuDriver().run(new Environment(variables)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(message);
  }
}
