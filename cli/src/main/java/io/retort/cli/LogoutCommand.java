package io.retort.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort logout}. */
@Command(
    name = "logout",
    mixinStandardHelpOptions = true,
    description = "Forget the address and token of retort login; the token itself stays valid.")
public final class LogoutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file = SavedLogin.file(System.getenv());
    boolean deleted = Files.deleteIfExists(file);
    spec.commandLine().getOut().println(deleted ? file + " is deleted" : "nobody was logged in");
    return 0;
  }
}
