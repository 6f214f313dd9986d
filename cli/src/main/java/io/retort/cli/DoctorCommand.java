package io.retort.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import io.retort.doctor.Finding;
import io.retort.doctor.Finding.Level;
import io.retort.doctor.MachineChecks;
import io.retort.doctor.StoreChecks;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.stack.Repository;
import io.retort.stack.StackChecks;
import io.retort.store.Locations;
import io.retort.v1.ListRunsRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code retort doctor}. Exits with {@link ExitCode#UNHEALTHY} if there is an error. */
@Command(
    name = "doctor",
    description = {
      "Check what Retort needs, and say how to fix what is missing.",
      "With RETORT_CONTROL_ADDRESS, and without a checkout, only what a client needs. The store is"
          + " checked by writing, reading and deleting a small object."
    })
public final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--endpoints",
      paramLabel = "FILE",
      description = "The judge workers' file that is checked (default: the one that `up` wrote).")
  private @Nullable Path endpoints;

  @Mixin private OutputOptions output = new OutputOptions();
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Finding> findings =
        findings(Repository.path(), System.getenv(), Optional.ofNullable(endpoints));
    output.print(spec.commandLine().getOut(), data(findings), () -> text(findings));
    boolean hasError = findings.stream().anyMatch(finding -> finding.level() == Level.ERROR);
    return (hasError ? ExitCode.UNHEALTHY : ExitCode.OK).number();
  }

  private static List<Finding> findings(
      Path repository, Map<String, String> environment, Optional<Path> endpoints)
      throws IOException, InterruptedException {
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok("retort", RetortVersion.number()));
    findings.add(MachineChecks.java());
    boolean isRemote = !environment.getOrDefault("RETORT_CONTROL_ADDRESS", "").isBlank();
    findings.add(control(environment, isRemote));
    boolean isCheckout = Files.isDirectory(repository.resolve("gpu-workers/trainer"));
    if (isCheckout && (!isRemote || endpoints.isPresent())) {
      findings.addAll(StackChecks.check(repository, environment, endpoints));
    } else {
      Optional<String> store =
          Optional.ofNullable(environment.get("RETORT_STORE")).flatMap(Locations::uri);
      store.ifPresent(uri -> findings.addAll(StoreChecks.check(uri)));
    }
    return findings;
  }

  /** A local stack that is down is no error: nothing may be wrong with it. */
  private static Finding control(Map<String, String> environment, boolean isRemote) {
    try (ControlClient client = ControlClient.open(environment)) {
      client.list(ListRunsRequest.newBuilder().setPageSize(1).build());
      return Finding.ok(
          "control",
          "answers" + (isRemote ? " at " + environment.get("RETORT_CONTROL_ADDRESS") : ""));
    } catch (StatusRuntimeException e) {
      return Finding.error(
          "control",
          RpcErrors.describe(e),
          "check RETORT_CONTROL_ADDRESS (HOST:PORT), the network, and that workers/control runs");
    } catch (CommandException e) {
      return Finding.warning(
          "control",
          "no control plane is known",
          "start the local stack with ./retort up, or set RETORT_CONTROL_ADDRESS");
    }
  }

  private static ObjectNode data(List<Finding> findings) {
    ObjectNode data = OutputOptions.object();
    for (Finding finding : findings) {
      data.withArray("findings")
          .addObject()
          .put("check", finding.check())
          .put("level", finding.level().name())
          .put("message", finding.message())
          .put("fix", finding.fix());
    }
    return data;
  }

  private static String text(List<Finding> findings) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add(
          String.format(
              "%-8s %-10s %s",
              finding.level().name().toLowerCase(Locale.ROOT), finding.check(), finding.message()));
      if (!finding.fix().isEmpty()) {
        lines.add(" ".repeat(20) + "fix: " + finding.fix());
      }
    }
    return String.join("\n", lines);
  }
}
