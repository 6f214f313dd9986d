package io.retort.stack;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/** Every port on which the stack listens, all on the loopback address. */
enum StackPort {
  TEMPORAL(7233),
  TEMPORAL_UI(8233),
  TEMPORAL_METRICS(9459),
  RAY(6379),
  RAY_CLIENT(6380),
  RAY_AGENT(6381),
  RAY_AGENT_GRPC(6382),
  RAY_RUNTIME_ENV_AGENT(6383),
  RAY_METRICS(6384),
  MODEL(8091),
  TEACHER(8092),
  CONTROL(7400),
  JUDGE_1(7401),
  JUDGE_2(7402),
  CONTROL_METRICS(9460),
  JUDGE_1_METRICS(9461),
  JUDGE_2_METRICS(9462),
  PIPELINE_METRICS(9463),
  DRIVER_METRICS(9464);

  private final int standard;

  StackPort(int standard) {
    this.standard = standard;
  }

  /** {@code temporal=7233} and so on, in the order of the ports' declaration. */
  static final class Defaults implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(values()).map(port -> port.key() + "=" + port.standard).iterator();
    }
  }

  int standard() {
    return standard;
  }

  /** Name on the command line: {@code temporal-ui}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
