package io.retort.stack;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Start the local stack in the background.")
public final class UpCommand implements Callable<Integer> {
  @Mixin private StackFlags flags = new StackFlags();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    StackState state = start(Repository.path(), System.getenv(), flags, out);
    print(state, out);
    return 0;
  }

  /**
   * Starts the stack with these flags unless it is running.
   *
   * @throws StackException when it cannot be started
   */
  public static StackState start(
      Path repository, Map<String, String> environment, StackFlags flags, PrintWriter out)
      throws Exception {
    StackOptions options = flags.options(repository, environment);
    return new LocalStack(repository, environment)
        .up(options, SuperviseCommand.commandLine(flags), out);
  }

  /** Prints the addresses and locations of the stack. */
  public static void print(StackState state, PrintWriter out) {
    addresses(state).forEach(out::println);
    out.flush();
  }

  static List<String> addresses(StackState state) {
    List<String> lines = new ArrayList<>();
    lines.add("Temporal UI   " + state.temporalUi());
    lines.add("control       " + state.controlAddress());
    lines.add("store         " + state.store());
    lines.add("metrics       " + String.join("\n              ", state.metrics()));
    return lines;
  }
}
