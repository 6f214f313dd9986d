package io.retort.stack;

import io.retort.doctor.Finding;
import io.retort.doctor.MachineChecks;
import io.retort.doctor.StoreChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the local stack can start, or what is wrong with the one that is up. */
public final class StackChecks {
  /**
   * @param endpoints the judge workers' file that is meant to be used; empty: the one that `up`
   *     wrote, if any
   */
  public static List<Finding> check(
      Path repository, Map<String, String> environment, Optional<Path> endpoints)
      throws IOException, InterruptedException {
    StackOptions options = StackOptions.standard(repository, environment);
    List<Finding> findings = new ArrayList<>(MachineChecks.python(repository));
    boolean isSetUp = findings.stream().anyMatch(finding -> finding.check().equals("ray"));
    findings.add(MachineChecks.disk(options.home(), isSetUp));
    findings.add(MachineChecks.sandbox());
    Optional<StackState> running = new LocalStack(repository, environment).running();
    findings.add(running.isPresent() ? processes(running.get()) : ports());
    Path file =
        endpoints.orElseGet(() -> options.home().resolve("generated").resolve("endpoints.yaml"));
    if (endpoints.isPresent() || Files.exists(file)) {
      findings.add(endpoints(file, repository, environment));
    }
    findings.addAll(StoreChecks.check(running.map(StackState::store).orElse(options.storeUri())));
    return findings;
  }

  static Finding ports() {
    Set<StackPort> all = EnumSet.allOf(StackPort.class);
    List<StackPort> taken = StackPorts.of(0, Map.of()).taken(all);
    return taken.isEmpty()
        ? Finding.ok("ports", "all " + all.size() + " are free")
        : Finding.warning(
            "ports",
            "taken by other programs: "
                + taken.stream()
                    .map(port -> port.key() + " " + port.standard())
                    .collect(Collectors.joining(", ")),
            "./retort up --port-offset 1000 moves all, --port "
                + taken.get(0).key()
                + "=NUMBER one of them");
  }

  private static Finding processes(StackState state) {
    List<String> down =
        state.processes().stream()
            .filter(process -> process.handle().isEmpty())
            .map(StackState.RecordedProcess::name)
            .toList();
    return down.isEmpty()
        ? Finding.ok("stack", "is up, with " + state.processes().size() + " processes")
        : Finding.error(
            "stack",
            "is up without " + String.join(", ", down) + " (expected: every process)",
            "./retort logs " + down.get(0) + " shows why; ./retort down and up start all again");
  }

  private static Finding endpoints(Path file, Path repository, Map<String, String> environment)
      throws IOException, InterruptedException {
    String fix = "correct the file; the keys are in docs/own-data-judge-student.md";
    try {
      UserEndpoints read = UserEndpoints.read(file.toAbsolutePath().normalize());
      List<String> unset =
          read.variables().stream()
              .filter(name -> environment.getOrDefault(name, "").isEmpty())
              .toList();
      if (!unset.isEmpty()) {
        return Finding.error(
            "endpoints",
            file + ": refers to variables that are not set: " + String.join(", ", unset),
            "export them before ./retort up");
      }
      if (Files.exists(repository.resolve("workers/judge/target/retort-judge.jar"))) {
        read.requireValid(repository);
        return Finding.ok("endpoints", file + ": valid");
      }
      return Finding.ok(
          "endpoints", file + ": YAML; the judge worker that knows more is not built");
    } catch (StackException e) {
      return Finding.error("endpoints", String.valueOf(e.getMessage()), fix);
    }
  }

  private StackChecks() {}
}
