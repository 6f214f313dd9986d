package io.retort.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort run}. */
@Command(name = "run", description = "Launch a run from a spec.")
public final class RunCommand implements Callable<Integer> {
  @Mixin private LaunchOptions options = new LaunchOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return options.launch(Optional.empty(), spec.commandLine().getOut());
  }
}
