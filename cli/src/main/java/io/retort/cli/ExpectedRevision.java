package io.retort.cli;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The option {@code --expected-revision} of commands that replace something. */
final class ExpectedRevision {
  /**
   * Passes on what the option says, if it was given.
   *
   * @throws ParameterException for a negative number
   */
  static void ifGiven(CommandSpec command, @Nullable Long revision, LongConsumer request) {
    if (revision == null) {
      return;
    }
    if (revision < 0) {
      throw new ParameterException(
          command.commandLine(), "--expected-revision: " + revision + " (expected: 0 or more)");
    }
    request.accept(revision);
  }

  private ExpectedRevision() {}
}
