package io.retort.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.retort.output.ExitCode;
import io.retort.stack.ClassPathJar;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script {@code retort} in a separate checkout, where scripts that record their calls in {@code
 * calls} replace the build and the set-up of Python; the latter fails.
 */
class LauncherTest {
  private static final Path SCRIPT = Path.of("../retort");

  private Path checkout = Path.of("");
  private Path jar = Path.of("");

  @BeforeEach
  void place(@TempDir Path folder) throws IOException {
    checkout = folder.toRealPath();
    jar = checkout.resolve("cli/target/retort.jar");
    Files.createDirectories(checkout.resolve("cli/target/lib"));
    Files.copy(SCRIPT, checkout.resolve("retort"));
    for (String sources :
        List.of(
            "proto",
            "workflows",
            "clients/java",
            "workers/runtime",
            "workers/judge",
            "gpu-workers/driver")) {
      Files.createDirectories(checkout.resolve(sources));
    }
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Files.writeString(checkout.resolve("cli/pom.xml"), "<project/>");
    script(
        "mvnw",
        "echo \"$*\" >> \"${0%/*}/calls\"; cp \"${0%/*}/built.jar\" \"${0%/*}/cli/target/retort.jar\"");
    script("infra/local/python-env.sh", "echo python-env >> \"${0%/*}/../../calls\"; exit 1");
    ClassPathJar.write(checkout.resolve("built.jar"), Retort.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"})
  void startsWithOptionsThatTheVirtualMachineReports(String variable) throws Exception {
    Files.copy(checkout.resolve("built.jar"), jar);

    Ended ended = retort(Map.of(variable, "-Dversion=\"11\""), "--help");

    assertThat(ended.status).as(ended.output).isZero();
    assertThat(ended.output).contains("Usage: retort");
  }

  @Test
  void refusesAnOlderJava() throws Exception {
    Files.copy(checkout.resolve("built.jar"), jar);
    script("old/bin/java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");

    Ended ended = retort(Map.of("JAVA_HOME", checkout.resolve("old").toString()), "runs", "list");

    assertThat(ended.status).isEqualTo(1);
    assertThat(ended.output).contains("is version 11 (expected: 17 or newer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"runs list", "runs show r", "run spec.yaml", "store sweep --older-than 1d"})
  void aClientNeedsTheJarAlone(String command) throws Exception {
    Files.copy(checkout.resolve("built.jar"), jar);
    Files.writeString(checkout.resolve("spec.yaml"), "name: a\n");

    Ended ended = retort(Map.of("RETORT_CONTROL_ADDRESS", "127.0.0.1:1"), command.split(" ", -1));

    assertThat(ended.status).as(ended.output).isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(ended.output).contains("error: the control plane cannot be reached: ");
    assertThat(checkout.resolve("calls")).doesNotExist();
    assertThat(checkout.resolve(".retort")).doesNotExist();
  }

  @Test
  void aClientBuildsItselfOnceAndNoWorker() throws Exception {
    Map<String, String> remote = Map.of("RETORT_CONTROL_ADDRESS", "127.0.0.1:1");

    assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");
    assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");
    Files.writeString(checkout.resolve("workers/judge/Judge.java"), "changed");
    assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");

    assertThat(calls()).singleElement().asString().contains(" -pl cli -am ");
    Files.writeString(checkout.resolve("workers/runtime/Runtime.java"), "changed");
    assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void aClientBuildsItselfAnewAfterAChangeOfWhatItNeeds() throws Exception {
    Map<String, String> remote = Map.of("RETORT_CONTROL_ADDRESS", "127.0.0.1:1");
    assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");
    int builds = 1;
    Set<String> modules = modulesOnTheClassPath();

    assertThat(modules).contains("clients/java", "cli");
    for (String module : modules) {
      Files.writeString(checkout.resolve(module).resolve("Changed.java"), "changed");
      assertThat(retort(remote, "runs", "list").output).contains("cannot be reached: ");
      builds++;
      assertThat(calls()).as(module).hasSize(builds);
    }
  }

  private static Set<String> modulesOnTheClassPath() throws IOException {
    Path root = Path.of("..").toRealPath();
    return Splitter.on(File.pathSeparatorChar)
        .splitToStream(System.getProperty("java.class.path"))
        .map(Path::of)
        .filter(path -> path.startsWith(root))
        .map(path -> root.relativize(path).toString().replaceAll("/target/.*", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void aStackSetsUpPythonFirst() throws Exception {
    Files.copy(checkout.resolve("built.jar"), jar);

    Ended ended = retort(Map.of(), "up");

    assertThat(ended.status).isEqualTo(1);
    assertThat(calls()).containsExactly("python-env");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "upp", "up --help", "demo --help", "down"})
  void whatStartsNothingSetsNothingUp(String command) throws Exception {
    Files.copy(checkout.resolve("built.jar"), jar);

    Ended ended = retort(Map.of(), command.split(" ", -1));

    assertThat(ended.output)
        .containsAnyOf("Usage: retort", "Did you mean: retort up", "No stack is up.");
    assertThat(checkout.resolve("calls")).doesNotExist();
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(checkout.resolve("calls"));
  }

  private Ended retort(Map<String, String> environment, String... arguments) throws Exception {
    Path output = Files.createTempFile(checkout, "output-", ".txt");
    ProcessBuilder builder = new ProcessBuilder(checkout.resolve("retort").toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(checkout.toFile());
    for (String variable : List.of("RETORT_HOME", "RETORT_CONTROL_ADDRESS")) {
      builder.environment().remove(variable);
    }
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    int status = process.waitFor();
    return new Ended(status, Files.readString(output));
  }

  private void script(String name, String body) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(requireNonNull(file.getParent()));
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Ended(int status, String output) {}
}
