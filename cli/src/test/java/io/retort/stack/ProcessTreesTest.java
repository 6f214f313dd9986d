package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessTreesTest {
  @Test
  void letsAProcessEndByItself() throws Exception {
    Process process = start("trap 'exit 7' TERM; echo serving; while :; do sleep 0.05; done");
    ProcessTrees.stop(process.toHandle(), Duration.ofSeconds(30));
    assertThat(process.waitFor()).isEqualTo(7);
  }

  @Test
  void endsADeafTreeByForce() throws Exception {
    Process process = start(FakeProcess.deaf("deaf").command().get(2));
    List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
    tree.add(process.toHandle());
    assertThat(tree).hasSizeGreaterThanOrEqualTo(2);
    ProcessTrees.stop(process.toHandle(), Duration.ofMillis(50));
    assertThat(tree).noneMatch(ProcessHandle::isAlive);
  }

  private static Process start(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isEqualTo("serving");
    return process;
  }
}
