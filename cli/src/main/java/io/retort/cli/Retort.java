package io.retort.cli;

import io.grpc.StatusRuntimeException;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Entry point. Exits with 0 on success, 1 if a run or the stack failed, 2 for an invalid command or
 * spec.
 */
@Command(
    name = "retort",
    mixinStandardHelpOptions = true,
    description = "Turns a small language model into a reasoning model.",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      SuperviseCommand.class,
      RunCommand.class,
      CurateCommand.class,
      PairsCommand.class,
      EvalCommand.class,
      RunsCommand.class,
      LanesCommand.class,
      ReportCommand.class,
      ModelsCommand.class,
      StoreCommand.class
    })
public final class Retort {
  static final int FAILED = 1;
  static final int WRONG_USE = 2;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Retort()).setExecutionExceptionHandler(Retort::explain);
  }

  private static int explain(Exception thrown, CommandLine command, CommandLine.ParseResult result)
      throws Exception {
    PrintWriter err = command.getErr();
    if (thrown instanceof SpecException spec) {
      err.println("The spec cannot be run:");
      for (SpecViolation violation : spec.violations()) {
        err.println("  " + violation);
      }
      return WRONG_USE;
    }
    if (thrown instanceof StatusRuntimeException status) {
      err.println("error: " + RpcErrors.describe(status));
      return RpcErrors.isWrongUse(status) ? WRONG_USE : FAILED;
    }
    if (thrown instanceof StackException || thrown instanceof CommandException) {
      err.println("error: " + thrown.getMessage());
      return FAILED;
    }
    if (thrown instanceof NoSuchFileException missing) {
      err.println(
          "error: " + missing.getFile() + ": not found (expected: a file that can be read)");
      return WRONG_USE;
    }
    throw thrown;
  }
}
