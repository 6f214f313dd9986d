package io.retort.cli;

import io.retort.output.ExitCode;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import io.retort.v1.WhoAmIRequest;
import io.retort.v1.WhoAmIResponse;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort login}. */
@Command(
    name = "login",
    mixinStandardHelpOptions = true,
    description = {
      "Save the address of a control plane and an API token for all commands.",
      "Asks for the token, or reads it from the standard input. RETORT_CONTROL_ADDRESS and"
          + " RETORT_TOKEN override what is saved."
    })
public final class LoginCommand implements Callable<Integer> {
  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = "https://HOST[:PORT]; default: RETORT_CONTROL_ADDRESS.")
  private String address = "";

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "Certificates in PEM to trust for this address; default: those of Java.")
  private @Nullable Path caFile;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Map<String, String> environment = System.getenv();
    String chosen =
        address.isBlank() ? environment.getOrDefault("RETORT_CONTROL_ADDRESS", "") : address;
    if (chosen.isBlank()) {
      throw new CommandException(
          ExitCode.USAGE,
          "no address is given (expected: --address https://HOST:PORT, or RETORT_CONTROL_ADDRESS)");
    }
    String trusted =
        caFile == null
            ? environment.getOrDefault("RETORT_TLS_CA", "")
            : caFile.toAbsolutePath().toString();
    SavedLogin login = new SavedLogin(chosen.strip(), token(), trusted);
    ControlTarget target =
        new ControlTarget(
            login.address(),
            login.token(),
            login.caFile(),
            environment.getOrDefault("RETORT_TLS_CERT", ""),
            environment.getOrDefault("RETORT_TLS_KEY", ""));
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(target)) {
      WhoAmIResponse me = client.access().whoAmI(WhoAmIRequest.getDefaultInstance());
      Path file = login.write(environment);
      out.println(describe(me) + "; kept in " + file);
    }
    return 0;
  }

  /** {@code ci: operator in nlp}. */
  static String describe(WhoAmIResponse me) {
    return me.getName()
        + (me.getAuthenticated() ? "" : " (the control plane runs without authentication)")
        + ": "
        + me.getGrantsList().stream().map(LoginCommand::describe).collect(Collectors.joining(", "));
  }

  static String describe(Grant grant) {
    return name(grant.getRole())
        + " in "
        + (grant.getTeam().equals("*") ? "every team" : grant.getTeam());
  }

  private static String name(Role role) {
    return role.name().replace("ROLE_", "").toLowerCase(Locale.ROOT);
  }

  /** Never from an option, which other users of the machine can see. */
  @SuppressWarnings("SystemConsoleNull") // From Java 22 on, its console reads a redirected input.
  private static String token() throws IOException {
    Console console = System.console();
    String text;
    if (console != null) {
      char[] typed = console.readPassword("API token: ");
      text = typed == null ? "" : new String(typed);
    } else {
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = input.readLine();
      text = line == null ? "" : line;
    }
    if (text.isBlank()) {
      throw new CommandException(
          ExitCode.USAGE, "no token is given (expected: one line that begins with rtk_)");
    }
    return text.strip();
  }
}
