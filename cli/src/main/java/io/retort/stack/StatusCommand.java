package io.retort.stack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.stack.StackState.RecordedProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort status}. Exits with {@link ExitCode#UNHEALTHY} if the stack is not fully up. */
@Command(name = "status", description = "Show the processes of the local stack.")
public final class StatusCommand implements Callable<Integer> {
  @Mixin private OutputOptions output = new OutputOptions();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Optional<StackState> state = new LocalStack(Repository.path(), System.getenv()).running();
    output.print(spec.commandLine().getOut(), data(state), () -> table(state));
    boolean whole =
        state.isPresent()
            && state.get().processes().stream().allMatch(process -> process.handle().isPresent());
    return (whole ? ExitCode.OK : ExitCode.UNHEALTHY).number();
  }

  private static String table(Optional<StackState> state) {
    if (state.isEmpty()) {
      return "No stack is up. Start it with: retort up";
    }
    List<String> lines = new ArrayList<>();
    for (RecordedProcess process : state.get().processes()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-10s %-8s pid %-8d restarts %d",
              process.name(),
              process.handle().isPresent() ? "up" : "down",
              process.pid(),
              process.starts() - 1));
    }
    lines.addAll(UpCommand.addresses(state.get()));
    return String.join("\n", lines);
  }

  private static ObjectNode data(Optional<StackState> state) {
    ObjectNode data = OutputOptions.object();
    data.put("up", state.isPresent());
    state.ifPresent(
        stack -> {
          for (RecordedProcess process : stack.processes()) {
            data.withArray("processes")
                .addObject()
                .put("name", process.name())
                .put("up", process.handle().isPresent())
                .put("pid", process.pid())
                .put("restarts", process.starts() - 1);
          }
          data.put("control_address", stack.controlAddress())
              .put("temporal_ui", stack.temporalUi())
              .put("store", stack.store());
          stack.metrics().forEach(data.withArray("metrics")::add);
        });
    return data;
  }
}
