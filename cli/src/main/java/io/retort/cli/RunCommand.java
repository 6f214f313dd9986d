package io.retort.cli;

import io.retort.v1.CreateRunRequest;
import io.retort.v1.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort run}. */
@Command(name = "run", description = "Launch a run from a spec.")
public final class RunCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SPEC", description = "YAML or JSON file.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Replace a field: data.train[0].limit=64.")
  private List<String> overrides = List.of();

  @Option(names = "--watch", description = "Show its progress until it ends.")
  private boolean watch;

  @Option(
      names = "--request-id",
      description = "Name of this launch: repeating it gives the run that it started.")
  private @Nullable String requestId;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run =
          client.create(
              CreateRunRequest.newBuilder()
                  .setSpec(SpecFile.read(file, overrides))
                  .setRequestId(requestId == null ? "" : requestId)
                  .build());
      spec.commandLine().getOut().println(run.getRunId());
      spec.commandLine().getOut().flush();
      return watch ? new RunWatcher(client, spec.commandLine().getOut()).watch(run.getRunId()) : 0;
    }
  }
}
