package io.retort.worker;

import java.util.Map;

/** A process that fails after it has started threads that would keep it alive. */
final class FailingProcess {
  public static void main(String[] arguments) {
    ProcessMain.run(
        "failing process",
        () -> {
          MetricsServer unused = MetricsServer.start(new Environment(Map.of()));
          if (arguments[0].equals("configuration")) {
            throw new ConfigurationException("PORT: 0 (expected: 1)");
          }
          throw new NoClassDefFoundError("io/retort/Missing");
        });
  }

  private FailingProcess() {}
}
