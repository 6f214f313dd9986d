package io.retort.stack;

import io.retort.stack.StackState.RecordedProcess;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort status}. Exits with 1 if the stack is not fully up. */
@Command(name = "status", description = "Show the processes of the local stack.")
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<StackState> state = new LocalStack(Repository.path(), System.getenv()).running();
    if (state.isEmpty()) {
      out.println("No stack is up. Start it with: retort up");
      return 1;
    }
    boolean whole = true;
    for (RecordedProcess process : state.get().processes()) {
      boolean runs = process.handle().isPresent();
      whole &= runs;
      out.printf(
          "%-10s %-8s pid %-8d restarts %d%n",
          process.name(), runs ? "up" : "down", process.pid(), process.starts() - 1);
    }
    UpCommand.print(state.get(), out);
    return whole ? 0 : 1;
  }
}
