package io.retort.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.store.Store;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.RunSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Print the location of the report of a run, or copy it.",
      "With --compare, one report of several runs that have ended: what their specs differ in, their"
          + " scores, and paired differences where the problems are the same. The others are compared"
          + " with the first."
    })
public final class ReportCommand implements Callable<Integer> {
  private static final Path COMPARISON = Path.of("comparison.html");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", arity = "1..*")
  private List<String> runIds = List.of();

  @Option(names = "--compare", description = "One report of the runs, two to eight.")
  private boolean compare;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the report is written (with --compare: ./comparison.html).")
  private @Nullable Path output;

  @Mixin private OutputOptions format = new OutputOptions();

  @Override
  public Integer call() throws IOException {
    if (compare && runIds.size() < 2) {
      throw new ParameterException(
          spec.commandLine(), "--compare: 1 run (expected: two to eight runs)");
    }
    if (!compare && output != null && runIds.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--output: " + runIds.size() + " runs (expected: one run, or --compare)");
    }
    try (ControlClient client = ControlClient.open(System.getenv())) {
      if (compare) {
        compare(client, output == null ? COMPARISON : output);
      } else {
        for (String runId : runIds) {
          show(runId, reportUri(client, runId));
        }
      }
    }
    return 0;
  }

  private void compare(ControlClient client, Path file) throws IOException {
    CompareRunsResponse compared = client.compare(runIds);
    try (InputStream html = compared.getHtml().newInput()) {
      write(html, file);
    }
    print(
        String.join(",", runIds),
        compared.getReportUri(),
        file,
        file.toAbsolutePath() + " (in the store: " + compared.getReportUri() + ")");
  }

  private void show(String runId, String reportUri) throws IOException {
    if (output == null) {
      print(runId, reportUri, null, runIds.size() == 1 ? reportUri : runId + "  " + reportUri);
      return;
    }
    try (InputStream html = Store.open(reportUri).read(reportUri)) {
      write(html, output);
    }
    print(runId, reportUri, output, output.toAbsolutePath().toString());
  }

  /** One object for each report: {@code run}, {@code report_uri} and, if written, {@code file}. */
  private void print(String run, String reportUri, @Nullable Path file, String line) {
    ObjectNode data = OutputOptions.object();
    data.put("run", run).put("report_uri", reportUri);
    if (file != null) {
      data.put("file", file.toAbsolutePath().toString());
    }
    format.print(out(), data, () -> line);
  }

  private static String reportUri(ControlClient client, String runId) {
    RunSummary summary = client.get(runId).getSummary();
    String uri =
        summary.getReportUri().isEmpty()
            ? summary.getRelease().getReportUri()
            : summary.getReportUri();
    if (uri.isEmpty()) {
      throw new CommandException(
          ExitCode.NOT_FOUND,
          "run " + runId + ": no report (expected: a run that has ended with one)");
    }
    return uri;
  }

  private static void write(InputStream html, Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.copy(html, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
