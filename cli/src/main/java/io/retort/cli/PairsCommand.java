package io.retort.cli;

import io.retort.v1.LastStage;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort pairs}: a run that ends with its preference pairs. */
@Command(
    name = "pairs",
    description = "Curate data, make preference pairs and export both, without training.")
public final class PairsCommand implements Callable<Integer> {
  @Mixin private LaunchOptions options = new LaunchOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return options.launch(Optional.of(LastStage.LAST_STAGE_PAIR), spec.commandLine().getOut());
  }
}
