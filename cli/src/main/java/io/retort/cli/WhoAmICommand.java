package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.v1.WhoAmIRequest;
import io.retort.v1.WhoAmIResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort whoami}. */
@Command(
    name = "whoami",
    mixinStandardHelpOptions = true,
    description = "Show the caller's name and roles.")
public final class WhoAmICommand implements Callable<Integer> {
  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      WhoAmIResponse caller = client.access().whoAmI(WhoAmIRequest.getDefaultInstance());
      output.print(spec.commandLine().getOut(), caller, () -> LoginCommand.describe(caller));
      return 0;
    }
  }
}
