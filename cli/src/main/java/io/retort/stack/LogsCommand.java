package io.retort.stack;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort logs}. */
@Command(name = "logs", description = "Show the end of the logs, of one process or of all.")
public final class LogsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "Process, as `retort status` names it.")
  private @Nullable String process;

  @Option(names = "--lines", defaultValue = "30", description = "Lines of each log (default: 30).")
  private int lines;

  @Option(
      names = {"-f", "--follow"},
      description = "Follow the log; needs a PROCESS.")
  private boolean follow;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = new LocalStack(Repository.path(), System.getenv()).home().resolve("logs");
    List<String> names = names(folder);
    if (process != null && !names.contains(process)) {
      throw new StackException(
          names.isEmpty()
              ? "there are no logs yet (start the stack with: retort up)"
              : "PROCESS: " + process + " (expected: one of " + String.join(", ", names) + ")");
    }
    if (follow) {
      if (process == null) {
        throw new StackException(
            "--follow: no PROCESS is given (expected: one of " + String.join(", ", names) + ")");
      }
      return new ProcessBuilder(
              "tail",
              "-n",
              String.valueOf(lines),
              "-F",
              folder.resolve(process + ".log").toString())
          .inheritIO()
          .start()
          .waitFor();
    }
    for (String name : process == null ? names : List.of(process)) {
      out.println("== " + name);
      LogTail.last(folder.resolve(name + ".log"), lines).forEach(out::println);
    }
    return 0;
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".log"))
          .map(name -> name.substring(0, name.length() - ".log".length()))
          .sorted()
          .toList();
    }
  }
}
