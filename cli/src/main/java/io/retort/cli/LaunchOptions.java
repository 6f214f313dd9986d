package io.retort.cli;

import io.retort.v1.CreateRunRequest;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of all commands that launch a run. */
final class LaunchOptions {
  @Parameters(paramLabel = "SPEC", description = "YAML or JSON file.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Replace a field: data.train[0].limit=64.")
  private List<String> overrides = List.of();

  @Mixin private StartOptions start = new StartOptions();

  @Mixin private FreshStages fresh = new FreshStages();

  @Mixin private PlanAhead plan = new PlanAhead();

  /**
   * Launches the run, prints its id, and watches it with {@code --watch}.
   *
   * @param lastStage replaces the spec's
   * @return the exit status
   */
  int launch(Optional<LastStage> lastStage, PrintWriter out) throws Exception {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      RunSpec.Builder spec = SpecFile.read(file, overrides).toBuilder();
      lastStage.ifPresent(spec::setLastStage);
      CreateRunRequest request =
          start
              .addTo(CreateRunRequest.newBuilder().setSpec(spec).addAllFreshStages(fresh.stages()))
              .build();
      plan.show(() -> client.plan(request));
      Run run = client.create(request);
      return start.show(client, run, out);
    }
  }
}
