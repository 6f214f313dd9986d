package io.retort.cli;

import io.retort.report.Figures;
import io.retort.run.RunStages;
import io.retort.stage.RunStage;
import io.retort.v1.Stage;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option {@code --fresh STAGE} of commands that launch a run. */
final class FreshStages {
  @Option(
      names = "--fresh",
      paramLabel = "STAGE",
      split = ",",
      converter = StageName.class,
      description =
          "Run this stage again even if the store has its result, for example sft; separate several"
              + " by commas. The judge's answers still come from the cache, see judge.cache.")
  private List<Stage> stages = List.of();

  List<Stage> stages() {
    return stages;
  }

  /** Converts the displayed name of a stage. */
  static final class StageName implements ITypeConverter<Stage> {
    @Override
    public Stage convert(String name) {
      return RunStages.ALL.stream()
          .map(RunStage::stage)
          .filter(stage -> Figures.name(stage).equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + name
                          + "' (expected: one of "
                          + RunStages.ALL.stream()
                              .map(stage -> Figures.name(stage.stage()))
                              .collect(Collectors.joining(", "))
                          + ")"));
    }
  }
}
