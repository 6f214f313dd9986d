package io.retort.cli;

import io.retort.output.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a command says of arguments that it does not understand. */
final class WrongUse {
  /** Prints what is wrong and where the help is; a group of commands also prints its usage. */
  static int explain(ParameterException thrown, String[] arguments) {
    CommandLine command = innermost(thrown.getCommandLine());
    PrintWriter err = command.getErr();
    err.println("error: " + thrown.getMessage());
    UnmatchedArgumentException.printSuggestions(thrown, err);
    if (isGroup(command) && thrown.getClass() == ParameterException.class) {
      command.usage(err);
    } else {
      err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE.number();
  }

  static Double number(String text) {
    return parse(text, Double::valueOf, "a number");
  }

  static Integer wholeNumber(String text) {
    return parse(text, Integer::valueOf, "a whole number");
  }

  static Long largeWholeNumber(String text) {
    return parse(text, Long::valueOf, "a whole number");
  }

  private static <T> T parse(String text, Function<String, T> parser, String expected) {
    try {
      return parser.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' (expected: " + expected + ")");
    }
  }

  /** A command that is a method throws for the command that it belongs to. */
  private static CommandLine innermost(CommandLine command) {
    CommandLine innermost = command;
    ParseResult parsed = command.getParseResult();
    while (parsed != null && parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
      innermost = parsed.commandSpec().commandLine();
    }
    return innermost;
  }

  private static boolean isGroup(CommandLine command) {
    Object code = command.getCommandSpec().userObject();
    return !command.getSubcommands().isEmpty()
        && !(code instanceof Runnable)
        && !(code instanceof Callable);
  }

  private WrongUse() {}
}
