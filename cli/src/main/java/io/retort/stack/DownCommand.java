package io.retort.stack;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort down}. */
@Command(name = "down", description = "Stop the local stack; its data stays.")
public final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean stopped = new LocalStack(Repository.path(), System.getenv()).down(out);
    out.println(stopped ? "The stack is down." : "No stack is up.");
    return 0;
  }
}
