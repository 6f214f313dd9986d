package io.retort.cli;

import io.retort.v1.LastStage;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort curate}: a run that ends with its curated samples. */
@Command(name = "curate", description = "Curate data and export it, without training.")
public final class CurateCommand implements Callable<Integer> {
  @Mixin private LaunchOptions options = new LaunchOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return options.launch(Optional.of(LastStage.LAST_STAGE_CURATE), spec.commandLine().getOut());
  }
}
