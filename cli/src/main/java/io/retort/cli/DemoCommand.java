package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.stack.LocalStack;
import io.retort.stack.Repository;
import io.retort.stack.StackFlags;
import io.retort.stack.StackState;
import io.retort.stack.UpCommand;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code retort demo}: the whole lifecycle on this machine, with its own stack unless one is
 * running.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Run the whole two-stage lifecycle on this machine.")
public final class DemoCommand implements Callable<Integer> {
  @Mixin private StackFlags flags = new StackFlags();

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Replace a field of examples/demo/spec.yaml.")
  private List<String> overrides = List.of();

  @Mixin private FreshStages fresh = new FreshStages();

  @Option(names = "--keep", description = "Leave the stack up at the end.")
  private boolean keep;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path repository = Repository.path();
    Map<String, String> environment = System.getenv();
    LocalStack stack = new LocalStack(repository, environment);
    boolean ours = stack.running().isEmpty() && !keep;
    out.println("Starting the local stack ...");
    out.flush();
    StackState state = UpCommand.start(repository, environment, flags, out);
    UpCommand.print(state, out);
    try (ControlClient client =
        ControlClient.open(Map.of("RETORT_CONTROL_ADDRESS", state.controlAddress()))) {
      Run run =
          client.create(
              CreateRunRequest.newBuilder()
                  .setSpec(SpecFile.read(repository.resolve("examples/demo/spec.yaml"), overrides))
                  .addAllFreshStages(fresh.stages())
                  .build());
      out.println("Ctrl-C leaves the run and the stack up; ./retort down ends them.");
      return new RunWatcher(client, out, new OutputOptions()).watch(run.getRunId());
    } finally {
      if (ours) {
        stack.down(out);
      }
    }
  }
}
