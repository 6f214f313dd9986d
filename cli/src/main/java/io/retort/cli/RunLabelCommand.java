package io.retort.cli;

import io.retort.output.ExitCode;
import io.retort.v1.UpdateRunRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs label}. */
@Command(
    name = "label",
    description = "Set and remove labels of a run.",
    mixinStandardHelpOptions = true)
final class RunLabelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN")
  private String runId = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY=VALUE|KEY-",
      description = "Sets a label, or removes it.")
  private List<String> changes = List.of();

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      UpdateRunRequest.Builder request = UpdateRunRequest.newBuilder().setRunId(runId);
      for (String change : changes) {
        int equals = change.indexOf('=');
        if (equals > 0) {
          request.putLabels(change.substring(0, equals), change.substring(equals + 1));
        } else if (equals < 0 && change.endsWith("-")) {
          request.addRemoveLabels(change.substring(0, change.length() - 1));
        } else {
          throw new CommandException(
              ExitCode.USAGE,
              "label: \"" + change + "\" (expected: KEY=VALUE to set it, KEY- to remove it)");
        }
      }
      spec.commandLine()
          .getOut()
          .println(RunLine.of(client.runs().updateRun(request.build()).getRun()));
      return 0;
    }
  }
}
