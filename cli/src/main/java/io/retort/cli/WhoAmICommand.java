package io.retort.cli;

import io.retort.v1.WhoAmIRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort whoami}. */
@Command(
    name = "whoami",
    mixinStandardHelpOptions = true,
    description = "Who calls, in the eyes of the control plane, and what it may do.")
public final class WhoAmICommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      spec.commandLine()
          .getOut()
          .println(
              LoginCommand.describe(client.access().whoAmI(WhoAmIRequest.getDefaultInstance())));
      return 0;
    }
  }
}
