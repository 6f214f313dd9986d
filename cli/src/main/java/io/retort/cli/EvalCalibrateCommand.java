package io.retort.cli;

import io.retort.evaluation.PublishedModels;
import io.retort.v1.ModelSpec;
import io.retort.v1.PublishedModel;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort eval calibrate}: a public model against what was published of it. */
@Command(
    name = "calibrate",
    description = {
      "Evaluate a public model, and compare its scores with its published figures.",
      "The result is shown in later reports of the benchmark."
    },
    mixinStandardHelpOptions = true)
public final class EvalCalibrateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "[LABEL=]MODEL",
      description = "hf://OWNER/NAME[@REVISION], or a folder with --published.")
  private String model = "";

  @Option(
      names = "--published",
      paramLabel = "OWNER/NAME",
      description = "The public model that it is (default: MODEL, of the hub).")
  private @Nullable String published;

  @Mixin private EvaluationOptions options = new EvaluationOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ModelSpec calibrated = EvalCommand.models(spec, List.of(model)).get(0);
    String name = published == null ? hubName(calibrated.getModel()) : published;
    if (name.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--published: missing (expected: which public model the folder is, one of "
              + PublishedModels.all().stream()
                  .map(PublishedModel::getModel)
                  .collect(Collectors.joining(", "))
              + ")");
    }
    return options.launch(
        List.of(calibrated.toBuilder().setPublished(name).build()), spec.commandLine().getOut());
  }

  /** Empty for a model that is not of the hub. */
  private static String hubName(String location) {
    return location.startsWith("hf://")
        ? location.substring("hf://".length()).replaceFirst("@.*", "")
        : "";
  }
}
