package io.retort.stack;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A supervisor in a separate process. Arguments: home, then {@code KIND:NAME}, see {@link
 * FakeProcess}.
 */
public final class SupervisorProbe {
  /** The command that starts it. */
  static List<String> command(Path home, String... processes) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SupervisorProbe.class.getName(),
                home.toString()));
    command.addAll(List.of(processes));
    return command;
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    List<StackProcess> plan = new ArrayList<>();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      String name = argument.substring(argument.indexOf(':') + 1);
      plan.add(
          switch (argument.substring(0, argument.indexOf(':'))) {
            case "server" -> FakeProcess.server(name);
            case "broken" -> FakeProcess.broken(name);
            case "missing" -> FakeProcess.missing(name);
            case "gated" -> FakeProcess.gated(name);
            default -> throw new IllegalArgumentException(argument);
          });
    }
    StackState description =
        new StackState(
            Phase.STARTING,
            "",
            RecordedProcess.down("supervisor", 0),
            List.of(),
            "127.0.0.1:1",
            "127.0.0.1:2",
            "",
            List.of(),
            "file:///store",
            "");
    new Supervisor(home, home, description, plan).run();
  }

  private SupervisorProbe() {}
}
