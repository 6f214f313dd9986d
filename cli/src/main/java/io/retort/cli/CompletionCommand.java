package io.retort.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort completion}. */
@Command(
    name = "completion",
    description = {
      "Print a script with which a shell completes commands and options.",
      "bash: source <(./retort completion bash)",
      "zsh: source <(./retort completion zsh)"
    })
public final class CompletionCommand implements Callable<Integer> {
  /** zsh runs the script of bash, once its completion system is loaded. */
  private static final String ZSH_START =
      "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n";

  /** A shell that the script is for. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "SHELL", arity = "1", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.BASH;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String script = AutoComplete.bash("retort", spec.root().commandLine());
    spec.commandLine().getOut().println(shell == Shell.ZSH ? ZSH_START + script : script);
    return 0;
  }
}
