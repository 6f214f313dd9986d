package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepTotals;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code retort store}. */
@Command(
    name = "store",
    description = "Delete unused content of the store.",
    mixinStandardHelpOptions = true)
public final class StoreCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "sweep",
      description = {
        "List stored objects that no retained run uses. With --delete, delete them.",
        "A run is kept while it is live and for some time after its end, with every object that its"
            + " results consist of. Records of runs, reports of runs that are not deleted, and published models always stay. What a deleted run made is listed regardless of its age."
      })
  int sweep(
      @Option(
              names = "--older-than",
              required = true,
              paramLabel = "AGE",
              converter = Age.class,
              description = "Keep runs that ended within this time: 30d, 12h.")
          Duration olderThan,
      @Option(
              names = "--delete",
              description = "Delete what is listed; refused while a run is live.")
          boolean delete,
      @Mixin OutputOptions output) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      SweepTotals totals =
          client.sweep(
              SweepStoreRequest.newBuilder()
                  .setOlderThan(
                      com.google.protobuf.Duration.newBuilder().setSeconds(olderThan.toSeconds()))
                  .setDelete(delete)
                  .build(),
              item -> {
                if (output.isTable()) {
                  out.println(item.getKind() + "  " + item.getUri());
                  out.flush();
                }
                output.printNext(out, item);
              });
      if (!output.isTable()) {
        output.printNext(out, totals);
        return 0;
      }
      out.println(
          totals.getItems()
              + (totals.getDeleted() ? " items are deleted" : " items can be deleted: add --delete")
              + "; "
              + totals.getKeptRuns()
              + " runs and their objects are kept");
      if (!totals.getDeleted() && totals.getLiveRunsCount() > 0) {
        out.println(
            "Nothing can be deleted while these runs are live: "
                + String.join(", ", totals.getLiveRunsList()));
      }
      return 0;
    }
  }

  /** A number of days, hours or minutes. */
  static final class Age implements ITypeConverter<Duration> {
    private static final Pattern AGE = Pattern.compile("(\\d{1,6})([dhm])");

    @Override
    public Duration convert(String text) {
      Matcher matcher = AGE.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + text + "' (expected: a number of days, hours or minutes, as 30d, 12h or 90m)");
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "d" -> Duration.ofDays(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofMinutes(number);
      };
    }
  }
}
