package io.retort.cli;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A benchmark on the command line: the name of a built-in one, or a data file of one's own; each
 * also as {@code BENCHMARK=SAMPLES}.
 */
final class BenchmarkArgument implements ITypeConverter<BenchmarkSpec> {
  private static final Pattern SAMPLED = Pattern.compile("(.+)=([1-9][0-9]{0,3})");
  private static final Pattern BUILT_IN = Pattern.compile("[a-z0-9-]+");
  private static final int LONGEST_NAME = 40;

  @Override
  public BenchmarkSpec convert(String argument) {
    Matcher sampled = SAMPLED.matcher(argument);
    if (sampled.matches()) {
      return benchmark(sampled.group(1)).setSamples(Integer.parseInt(sampled.group(2))).build();
    }
    return benchmark(argument).build();
  }

  private static BenchmarkSpec.Builder benchmark(String text) {
    Path file = Path.of(text).toAbsolutePath().normalize();
    if (Files.exists(file)) {
      return BenchmarkSpec.newBuilder()
          .setName(name(file))
          .setSource(DataSource.newBuilder().setPath(file.toString()));
    }
    if (BUILT_IN.matcher(text).matches()) {
      return BenchmarkSpec.newBuilder().setBenchmark(text);
    }
    throw new TypeConversionException(
        "'"
            + text
            + "' (expected: a built-in benchmark, for example math500, or a data file that is"
            + " there; with the answers to a problem: math500=4)");
  }

  /** Of the file, in the letters that a benchmark's name may have. */
  private static String name(Path file) {
    String name =
        String.valueOf(file.getFileName())
            .replaceFirst("\\..*", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-");
    String shortened = name.substring(0, Math.min(LONGEST_NAME, name.length()));
    String trimmed = shortened.replaceAll("^-+|-+$", "");
    return trimmed.isEmpty() ? "benchmark" : trimmed;
  }
}
