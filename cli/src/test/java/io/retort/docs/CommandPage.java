package io.retort.docs;

import io.retort.cli.Retort;
import io.retort.output.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** docs/cli.md: every command, its options, and what scripts rely on. */
final class CommandPage {
  private static final String HEAD =
      """
      # Command reference

      `./retort COMMAND --help` prints the same. A command needs Java alone. It asks the control plane at
      `RETORT_CONTROL_ADDRESS` (`https://HOST[:PORT]`, or `HOST:PORT` without TLS), else that of `retort login`, else the
      local stack ([access](access.md)). Commands about the local stack itself, `spec`, `completion`, `logout`, `tokens
      create --bootstrap` and `audit verify` ask none. `up`, `demo` and `models serve` also need the Python environment.

      ```sh
      source <(./retort completion bash)                        # complete commands and options; zsh: completion zsh
      ./retort runs list -o json
      RETORT_CONTROL_ADDRESS=https://retort.example ./retort runs list
      ```

      ## Output for scripts

      Commands that list `-o` below print their data with `-o json` and `-o yaml`; tables are for people and may change. Keys are the field names of
      the [API](api-reference.md), enum values their full names, times RFC 3339, 64-bit numbers strings, as protobuf JSON
      says. Fields without presence are always printed, also with their default. `runs watch` and `store sweep` print one
      line of JSON, or one YAML document, for each change or item. Errors are text on standard error.

      ## Exit codes

      """;

  static String render() {
    StringBuilder page = new StringBuilder(Reference.NOTICE).append(HEAD);
    page.append(Reference.row("code", "name", "meaning")).append(Reference.line(3));
    for (ExitCode code : ExitCode.values()) {
      page.append(
          Reference.row(String.valueOf(code.number()), '`' + code.name() + '`', code.meaning()));
    }
    page.append("\n## Commands\n\n");
    List<CommandSpec> commands = new ArrayList<>();
    collect(Retort.commandLine(), commands);
    page.append(Reference.row("command", "")).append(Reference.line(2));
    for (CommandSpec command : commands) {
      page.append(
          Reference.row(
              "[`%s`](#%s)".formatted(name(command), Reference.anchor(name(command))),
              first(command)));
    }
    commands.forEach(command -> section(page, command));
    return page.toString();
  }

  private static void collect(CommandLine command, List<CommandSpec> commands) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.usageMessage().hidden()) {
      return;
    }
    // A command that only has others is not one that can be run.
    if (!spec.positionalParameters().isEmpty() || command.getSubcommands().isEmpty()) {
      commands.add(spec);
    }
    command.getSubcommands().values().forEach(below -> collect(below, commands));
  }

  private static void section(StringBuilder page, CommandSpec command) {
    page.append("\n### ").append(name(command)).append("\n\n");
    for (String line : command.usageMessage().description()) {
      page.append(Reference.text(line)).append('\n');
    }
    List<OptionSpec> options =
        command.options().stream().filter(option -> !option.hidden() && !isHelp(option)).toList();
    if (command.positionalParameters().isEmpty() && options.isEmpty()) {
      return;
    }
    page.append('\n').append(Reference.row("argument or option", "")).append(Reference.line(2));
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      page.append(
          Reference.row('`' + parameter.paramLabel() + '`', lines(parameter.description())));
    }
    for (OptionSpec option : options) {
      String names =
          Arrays.stream(option.names())
              .map(one -> '`' + one + '`')
              .collect(Collectors.joining(", "));
      String value = option.arity().max() == 0 ? "" : " `" + option.paramLabel() + "`";
      page.append(
          Reference.row(
              names + value,
              lines(option.description()) + (option.required() ? " Required." : "")));
    }
  }

  private static boolean isHelp(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }

  private static String first(CommandSpec command) {
    String[] description = command.usageMessage().description();
    return description.length == 0 ? "" : Reference.text(description[0]);
  }

  private static String lines(String[] description) {
    return Reference.text(String.join(" ", description));
  }

  private static String name(CommandSpec command) {
    return command.qualifiedName();
  }

  private CommandPage() {}
}
