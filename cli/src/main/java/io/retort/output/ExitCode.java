package io.retort.output;

/** Exit codes of all commands. Numbers never change their meaning. */
public enum ExitCode {
  OK(0, "The command has done what it was asked."),
  FAILED(1, "The command failed for a reason that no other code names; the message says why."),
  USAGE(2, "An unknown command or option, a wrong value, or a file that cannot be read."),
  SPEC_INVALID(3, "The spec has violations; each is printed."),
  NOT_FOUND(4, "No run, model, version or field has this name."),
  REFUSED(
      5,
      "The state does not allow it: the run has ended, the alias names the version, the request id"
          + " is taken by another request."),
  FORBIDDEN(6, "The control plane does not know the caller, or the caller lacks the role."),
  UNREACHABLE(
      7,
      "The control plane, or something that it needs, does not answer or is at a limit; a retry may"
          + " succeed."),
  RUN_FAILED(8, "The run that was watched has failed."),
  RUN_CANCELLED(9, "The run that was watched was cancelled."),
  UNHEALTHY(10, "`doctor` found an error, or `status` a process that is down.");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  /** One sentence in Markdown, for the reference. */
  public String meaning() {
    return meaning;
  }
}
