package io.retort.cli;

import io.grpc.StatusRuntimeException;
import io.retort.client.RetortException;
import io.retort.output.ExitCode;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.stack.DownCommand;
import io.retort.stack.LogsCommand;
import io.retort.stack.StackException;
import io.retort.stack.StatusCommand;
import io.retort.stack.SuperviseCommand;
import io.retort.stack.UpCommand;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Entry point. Exits with the number of an {@link ExitCode}. */
@Command(
    name = "retort",
    mixinStandardHelpOptions = true,
    versionProvider = RetortVersion.class,
    description = "Turns a small language model into a reasoning model.",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      SuperviseCommand.class,
      RunCommand.class,
      PlanCommand.class,
      CurateCommand.class,
      PairsCommand.class,
      EvalCommand.class,
      RunsCommand.class,
      LanesCommand.class,
      TriggersCommand.class,
      SubscriptionsCommand.class,
      ReportCommand.class,
      ModelsCommand.class,
      StoreCommand.class,
      LoginCommand.class,
      LogoutCommand.class,
      WhoAmICommand.class,
      TokensCommand.class,
      AuditCommand.class,
      SpecCommand.class,
      DoctorCommand.class,
      CompletionCommand.class
    })
public final class Retort {
  /** Held, because a logger that nothing refers to loses its level. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  public static void main(String[] arguments) {
    // gRPC logs a stack trace for a host that it cannot resolve; the command says it in one line.
    GRPC.setLevel(Level.SEVERE);
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command; every subcommand, of whatever depth, has {@code --help}. */
  public static CommandLine commandLine() {
    CommandLine command =
        new CommandLine(new Retort())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Double.class, WrongUse::number)
            .registerConverter(double.class, WrongUse::number)
            .registerConverter(Integer.class, WrongUse::wholeNumber)
            .registerConverter(int.class, WrongUse::wholeNumber)
            .registerConverter(Long.class, WrongUse::largeWholeNumber)
            .registerConverter(long.class, WrongUse::largeWholeNumber)
            .setParameterExceptionHandler(WrongUse::explain)
            .setExecutionExceptionHandler(Retort::explain);
    addHelp(command);
    return command;
  }

  /**
   * As an option of its own behind all others: the standard mixin would shift the parameters of
   * commands that are methods.
   */
  private static void addHelp(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.options().stream().noneMatch(OptionSpec::usageHelp)) {
      spec.addOption(
          OptionSpec.builder("-h", "--help")
              .usageHelp(true)
              .description("Show this help message and exit.")
              .build());
    }
    command.getSubcommands().values().forEach(Retort::addHelp);
  }

  private static int explain(Exception thrown, CommandLine command, CommandLine.ParseResult result)
      throws Exception {
    PrintWriter err = command.getErr();
    if (thrown instanceof SpecException spec) {
      err.println("error: the spec cannot be run:");
      for (SpecViolation violation : spec.violations()) {
        err.println("  " + violation);
      }
      return ExitCode.SPEC_INVALID.number();
    }
    if (thrown instanceof StatusRuntimeException status) {
      return explain(RetortException.of(status), command, result);
    }
    if (thrown instanceof RetortException failed) {
      err.println("error: " + RpcErrors.describe(failed));
      return RpcErrors.exitCode(failed).number();
    }
    if (thrown instanceof CommandException failed) {
      err.println("error: " + failed.getMessage());
      return failed.exitCode().number();
    }
    if (thrown instanceof StackException) {
      err.println("error: " + thrown.getMessage());
      return ExitCode.FAILED.number();
    }
    if (thrown instanceof NoSuchFileException missing) {
      err.println(
          "error: " + missing.getFile() + ": not found (expected: a file that can be read)");
      return ExitCode.USAGE.number();
    }
    throw thrown;
  }
}
