package io.retort.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules between fields, and those that need more than a pattern. */
final class SpecCrossChecks {
  private final RunSpec spec;
  private final List<SpecViolation> violations = new ArrayList<>();

  private SpecCrossChecks(RunSpec spec) {
    this.spec = spec;
  }

  static List<SpecViolation> check(RunSpec spec) {
    SpecCrossChecks checks = new SpecCrossChecks(spec);
    checks.numbersAreFinite(spec, "");
    checks.sources();
    checks.student();
    checks.training();
    checks.benchmarks();
    return checks.violations;
  }

  /** A spec that came over gRPC can hold infinities; one that was read from text cannot. */
  private void numbersAreFinite(Message message, String path) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      String fieldPath =
          path.isEmpty() ? entry.getKey().getName() : path + "." + entry.getKey().getName();
      if (entry.getValue() instanceof Double number && number.isInfinite()) {
        violations.add(SpecViolation.of(fieldPath, String.valueOf(number), "a finite number"));
      }
      if (entry.getValue() instanceof Message child) {
        numbersAreFinite(child, fieldPath);
      }
    }
  }

  private void sources() {
    for (int index = 0; index < spec.getData().getTrainCount(); index++) {
      source(spec.getData().getTrain(index), "data.train[" + index + "]");
    }
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      BenchmarkSpec benchmark = spec.getEvaluation().getBenchmarks(index);
      if (benchmark.hasSource()) {
        source(benchmark.getSource(), "evaluation.benchmarks[" + index + "].source");
      }
    }
  }

  private void source(DataSource source, String path) {
    if (source.hasPath() && !source.getPath().isEmpty()) {
      location(source.getPath(), path + ".path");
    }
    boolean named =
        source.hasFormat()
            && source.getFormat() != DataFormat.DATA_FORMAT_FIELDS
            && source.getFormat() != DataFormat.DATA_FORMAT_UNSPECIFIED
            && source.getFormat() != DataFormat.UNRECOGNIZED;
    if (source.hasFields() && named) {
      violations.add(
          SpecViolation.of(
              path + ".fields",
              "set with format "
                  + EnumNames.shortName(source.getFormat().getValueDescriptor())
                      .toLowerCase(java.util.Locale.ROOT),
              "format fields, the only one whose names can be mapped"));
    }
  }

  private void student() {
    if (spec.getStudent().hasModel() && !spec.getStudent().getModel().isEmpty()) {
      location(spec.getStudent().getModel(), "student.model");
    }
  }

  private void location(String location, String path) {
    if (!SpecPaths.isAbsolute(location)) {
      violations.add(SpecViolation.of(path, location, "an absolute path or URI"));
    } else if (!SpecPaths.isServed(location)) {
      violations.add(SpecViolation.of(path, location, "an absolute path or a file: URI"));
    }
  }

  private void training() {
    if (spec.getSft().hasLabelSmoothing()) {
      violations.add(
          SpecViolation.of(
              "sft.label_smoothing",
              Numbers.shown(spec.getSft().getLabelSmoothing()),
              "not set: only cogpo smooths labels"));
    }
  }

  private void benchmarks() {
    Map<String, Integer> names = new HashMap<>();
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      BenchmarkSpec benchmark = spec.getEvaluation().getBenchmarks(index);
      String path = "evaluation.benchmarks[" + index + "]";
      Integer earlier = names.putIfAbsent(benchmark.getName(), index);
      if (earlier != null && benchmark.hasName()) {
        violations.add(
            SpecViolation.of(
                path + ".name",
                '"' + benchmark.getName() + '"',
                "another name than that of evaluation.benchmarks[" + earlier + "]"));
      }
      draws(benchmark, path);
    }
  }

  private void draws(BenchmarkSpec benchmark, String path) {
    int samples = benchmark.hasSamples() ? benchmark.getSamples() : SpecDefaults.BENCHMARK_SAMPLES;
    for (int index = 0; index < benchmark.getKCount(); index++) {
      int k = benchmark.getK(index);
      if (Integer.compareUnsigned(k, samples) > 0) {
        violations.add(
            SpecViolation.of(
                path + ".k[" + index + "]",
                Integer.toUnsignedString(k),
                "<= samples, which is " + Integer.toUnsignedString(samples)));
      }
    }
  }
}
