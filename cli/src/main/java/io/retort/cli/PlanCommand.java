package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.report.PlanText;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort plan}. */
@Command(
    name = "plan",
    description = "Show which stages of a spec would run, why, and what they would take.")
public final class PlanCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SPEC", description = "YAML or JSON file.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Replace a field: data.train[0].limit=64.")
  private List<String> overrides = List.of();

  @Mixin private FreshStages fresh = new FreshStages();

  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Plan plan =
          client.plan(
              CreateRunRequest.newBuilder()
                  .setSpec(SpecFile.read(file, overrides))
                  .addAllFreshStages(fresh.stages())
                  .build());
      output.print(spec.commandLine().getOut(), plan, () -> text(plan));
      return 0;
    }
  }

  static String text(Plan plan) {
    return PlanText.summary(plan) + "\n" + String.join("\n", PlanText.lines(plan));
  }
}
