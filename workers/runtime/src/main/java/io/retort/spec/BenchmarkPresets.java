package io.retort.spec;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The built-in benchmarks: one resource {@code /benchmarks/NAME.yaml} per name, with the fields of
 * a {@link BenchmarkSpec}.
 */
public final class BenchmarkPresets {
  static final List<String> NAMES =
      List.of("aime24", "math500", "gpqa-diamond", "livecodebench-v2", "gsm8k", "humaneval");

  private static final Map<String, BenchmarkSpec> PRESETS = readAll();

  static Optional<BenchmarkSpec> find(String name) {
    return Optional.ofNullable(PRESETS.get(name));
  }

  /**
   * Fills in the fields that the benchmarks of a spec take from built-in ones. Ignores unknown
   * names: {@link SpecValidator} refuses them.
   */
  public static RunSpec expand(RunSpec spec) {
    if (spec.getEvaluation().getBenchmarksList().stream().noneMatch(BenchmarkSpec::hasBenchmark)) {
      return spec;
    }
    RunSpec.Builder builder = spec.toBuilder();
    for (BenchmarkSpec.Builder benchmark :
        builder.getEvaluationBuilder().getBenchmarksBuilderList()) {
      BenchmarkSpec own = benchmark.build();
      find(own.getBenchmark())
          .ifPresent(preset -> benchmark.clear().mergeFrom(merged(preset, own)));
    }
    return builder.build();
  }

  /**
   * Fields of the spec take precedence over the preset's. A value equal to the preset's counts as
   * the preset's, because a retrain that changes one field repeats the others as they were filled
   * in.
   */
  private static BenchmarkSpec merged(BenchmarkSpec preset, BenchmarkSpec own) {
    BenchmarkSpec.Builder merged = preset.toBuilder().clearK();
    if (own.getSource().hasFields()) {
      merged.getSourceBuilder().clearFormat();
    }
    merged.mergeFrom(own);
    if (own.getSource().hasLimit()) {
      // The preset's expectations of the whole file do not hold for a part of it.
      if (merged.getExpectedRows() == preset.getExpectedRows()) {
        merged.clearExpectedRows();
      }
      if (merged.getContentSha256().equals(preset.getContentSha256())) {
        merged.clearContentSha256();
      }
    }
    if (own.getKCount() == 0 || own.getKList().equals(preset.getKList())) {
      merged.clearK();
      preset.getKList().stream()
          .filter(k -> Integer.compareUnsigned(k, merged.getSamples()) <= 0)
          .forEach(merged::addK);
    }
    return merged.build();
  }

  private static Map<String, BenchmarkSpec> readAll() {
    Map<String, BenchmarkSpec> presets = new LinkedHashMap<>();
    for (String name : NAMES) {
      presets.put(name, read(name));
    }
    return presets;
  }

  private static BenchmarkSpec read(String name) {
    String resource = "/benchmarks/" + name + ".yaml";
    try (InputStream input = BenchmarkPresets.class.getResourceAsStream(resource)) {
      if (input == null) {
        throw new IllegalStateException(resource + ": not found (expected: a file of the jar)");
      }
      BenchmarkSpec.Builder preset = BenchmarkSpec.newBuilder();
      SpecMapper mapper = new SpecMapper();
      mapper.fill(
          preset,
          SpecText.parse(new String(input.readAllBytes(), StandardCharsets.UTF_8)),
          resource);
      SpecException.throwIfAny(mapper.violations());
      return preset.hasName() ? preset.build() : preset.setName(name).build();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    } catch (SpecException e) {
      throw new IllegalStateException(resource, e);
    }
  }

  private BenchmarkPresets() {}
}
