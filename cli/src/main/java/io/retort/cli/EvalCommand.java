package io.retort.cli;

import io.retort.v1.ModelSpec;
import io.retort.v1.Run;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code retort eval}: a run that evaluates models and trains none, or one with more samples. */
@Command(
    name = "eval",
    description =
        "Evaluate models side by side without training, or a run again with more samples.",
    subcommands = {EvalRescoreCommand.class, EvalCalibrateCommand.class},
    mixinStandardHelpOptions = true)
public final class EvalCommand implements Callable<Integer> {
  /** The only options that have an effect beside {@code --samples}. */
  private static final Set<String> WITH_SAMPLES =
      Set.of("--samples", "--watch", "--request-id", "--format");

  @Parameters(
      paramLabel = "[LABEL=]MODEL",
      arity = "0..*",
      description =
          "A folder, hf://OWNER/NAME[@REVISION], NAME:vN, NAME:ALIAS or NAME@sha256:HEX of the"
              + " registry, or http://HOST:PORT/v1#MODEL; each is compared with the first. With"
              + " --samples: a run.")
  private List<String> evaluated = List.of();

  @Mixin private EvaluationOptions options = new EvaluationOptions();

  @Option(
      names = "--samples",
      paramLabel = "BENCHMARK=SAMPLES",
      description =
          "Launch the run again with this number of answers to each problem of the benchmark."
              + " Everything before the evaluation is reused. Can be repeated.")
  private Map<String, Integer> samples = Map.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (evaluated.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "nothing to evaluate (expected: models and --benchmark, or a run and --samples)");
    }
    if (samples.isEmpty()) {
      return options.launch(models(spec, evaluated), spec.commandLine().getOut());
    }
    String ofNewRuns =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !WITH_SAMPLES.contains(name))
            .collect(Collectors.joining(", "));
    if (evaluated.size() != 1 || !ofNewRuns.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--samples: goes with one RUN"
              + (ofNewRuns.isEmpty()
                  ? ""
                  : " and without " + ofNewRuns + ", as its other settings stay those of the run"));
    }
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run origin = client.get(evaluated.get(0));
      Run run = client.retrain(options.named(MoreSamples.request(origin, samples)));
      return options.show(client, run, spec.commandLine().getOut());
    }
  }

  /** The models of a command's arguments; a text that names none is wrong use. */
  static List<ModelSpec> models(CommandSpec command, List<String> arguments) {
    try {
      return arguments.stream().map(ModelArgument::parse).toList();
    } catch (TypeConversionException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
