package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackPortsTest {
  @Test
  void standsOnFixedPorts() {
    StackPorts ports = StackPorts.of(0, Map.of());
    assertThat(ports.get(StackPort.TEMPORAL)).isEqualTo(7233);
    assertThat(ports.get(StackPort.TEMPORAL_UI)).isEqualTo(8233);
    assertThat(ports.address(StackPort.CONTROL)).isEqualTo("127.0.0.1:7400");
    assertThat(Arrays.stream(StackPort.values()).map(ports::get)).doesNotHaveDuplicates();
  }

  @Test
  void movesAllByAnOffsetAndSomeByName() {
    StackPorts ports = StackPorts.of(1000, Map.of("temporal-ui", 9000));
    assertThat(ports.get(StackPort.TEMPORAL)).isEqualTo(8233);
    assertThat(ports.get(StackPort.TEMPORAL_UI)).isEqualTo(9000);
  }

  @Test
  void refusesWhatIsNoPort() {
    assertThatThrownBy(() -> StackPorts.of(0, Map.of("temporl", 1)))
        .isInstanceOf(StackException.class)
        .hasMessageStartingWith("--port: [temporl] (expected: one of [")
        .hasMessageContaining("temporal-ui");
    assertThatThrownBy(() -> StackPorts.of(0, Map.of("ray", 70000)))
        .hasMessage("--port ray=70000 (expected: 1 to 65535)");
    assertThatThrownBy(() -> StackPorts.of(60000, Map.of())).isInstanceOf(StackException.class);
    assertThatThrownBy(() -> StackPorts.of(0, Map.of("ray", 7400)))
        .hasMessageContaining("7400 is given to ")
        .hasMessageContaining("control")
        .hasMessageContaining("ray");
  }

  @Test
  void namesTheTakenPortAndHowToMoveIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      StackPorts ports = StackPorts.of(0, Map.of("judge-1", taken.getLocalPort()));
      assertThatThrownBy(() -> ports.requireFree(EnumSet.of(StackPort.JUDGE_1)))
          .isInstanceOf(StackException.class)
          .hasMessage(
              "ports are taken: judge-1 "
                  + taken.getLocalPort()
                  + " (expected: free ones; move one with --port judge-1=NUMBER, or all with"
                  + " --port-offset 1000)");
      assertThatCode(() -> ports.requireFree(EnumSet.noneOf(StackPort.class)))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void seesAListenerOnEveryInterface() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      StackPorts ports = StackPorts.of(0, Map.of("ray", taken.getLocalPort()));
      assertThatThrownBy(() -> ports.requireFree(EnumSet.of(StackPort.RAY)))
          .hasMessageContaining("ray " + taken.getLocalPort());
    }
  }
}
