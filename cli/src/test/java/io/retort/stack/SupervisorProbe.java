package io.retort.stack;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A supervisor in a process of its own: home, then {@code server:NAME} or {@code broken:NAME}. */
public final class SupervisorProbe {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    List<StackProcess> plan = new ArrayList<>();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      String name = argument.substring(argument.indexOf(':') + 1);
      plan.add(
          argument.startsWith("server:") ? FakeProcess.server(name) : FakeProcess.broken(name));
    }
    StackState description =
        new StackState(
            Phase.STARTING,
            "",
            new RecordedProcess("supervisor", 0, 0, 0),
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
