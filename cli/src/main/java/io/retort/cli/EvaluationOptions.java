package io.retort.cli;

import io.retort.spec.SpecChanges;
import io.retort.spec.SpecException;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.ModelSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What models are asked, and how; of all commands that evaluate models. */
final class EvaluationOptions {
  @Option(
      names = "--benchmark",
      paramLabel = "NAME[=SAMPLES]",
      converter = BenchmarkArgument.class,
      description =
          "A built-in benchmark (aime24, math500, gpqa-diamond, livecodebench-v2, gsm8k, humaneval)"
              + " or a data file, with the answers to each problem: math500=4. Can be repeated.")
  private List<BenchmarkSpec> benchmarks = List.of();

  @Option(names = "--limit", description = "Only the first problems of each benchmark.")
  private @Nullable Integer limit;

  @Option(names = "--max-new-tokens", description = "Longest answer in tokens.")
  private @Nullable Integer maxNewTokens;

  @Option(names = "--temperature", description = "Of the sampling; 0 is greedy.")
  private @Nullable Double temperature;

  @Option(names = "--top-p", description = "Of the sampling.")
  private @Nullable Double topP;

  @Option(
      names = "--name",
      defaultValue = "eval",
      description = "Begins the run's id (default: eval).")
  private String name = "eval";

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "Another field of the spec: resources.gpus=1.")
  private List<String> overrides = List.of();

  @Mixin private StartOptions start = new StartOptions();

  /** The request under the name that this launch has. */
  RetrainRunRequest named(RetrainRunRequest request) {
    return start.addTo(request.toBuilder()).build();
  }

  /**
   * Launches a run that evaluates the models, prints its id, and watches it if asked to.
   *
   * @return the exit status
   */
  int launch(List<ModelSpec> models, PrintWriter out) throws SpecException {
    RunSpec spec = spec(models);
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = client.create(start.addTo(CreateRunRequest.newBuilder().setSpec(spec)).build());
      return show(client, run, out);
    }
  }

  /** Prints the run's id, and watches it if asked to. */
  int show(ControlClient client, Run run, PrintWriter out) {
    return start.show(client, run, out);
  }

  private RunSpec spec(List<ModelSpec> models) throws SpecException {
    RunSpec.Builder spec = RunSpec.newBuilder().setName(name).addAllModels(models);
    benchmarks.forEach(
        benchmark -> spec.getEvaluationBuilder().addBenchmarks(withOptions(benchmark)));
    RunSpec built = spec.build();
    SpecChanges changes = SpecChanges.parse(built, overrides);
    return SpecChanges.apply(built, changes.spec(), changes.mask());
  }

  /** Before what a built-in benchmark says. */
  private BenchmarkSpec withOptions(BenchmarkSpec benchmark) {
    BenchmarkSpec.Builder asked = benchmark.toBuilder();
    if (limit != null) {
      asked.getSourceBuilder().setLimit(limit);
    }
    if (maxNewTokens != null) {
      asked.setMaxNewTokens(maxNewTokens);
    }
    if (temperature != null) {
      asked.setTemperature(temperature);
    }
    if (topP != null) {
      asked.setTopP(topP);
    }
    return asked.build();
  }
}
