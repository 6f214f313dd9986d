package io.retort.spec;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.EvaluationSpecOrBuilder;

/**
 * What a spec's evaluation leaves out. A benchmark's own field goes before that of the built-in
 * benchmark, which {@link BenchmarkPresets} has merged into it, then comes the evaluation's field
 * of the same name, then the default.
 */
final class EvaluationDefaults {
  static final int SAMPLES = 4;

  /** What stands for the problem in a benchmark's prompt. */
  static final String PROBLEM = "{problem}";

  static void fill(EvaluationSpec.Builder evaluation) {
    if (!evaluation.hasTemperature()) {
      evaluation.setTemperature(0.6);
    }
    if (!evaluation.hasTopP()) {
      evaluation.setTopP(0.95);
    }
    if (!evaluation.hasMaxNewTokens()) {
      evaluation.setMaxNewTokens(512);
    }
    if (!evaluation.hasBatchSize()) {
      evaluation.setBatchSize(32);
    }
    for (BenchmarkSpec.Builder benchmark : evaluation.getBenchmarksBuilderList()) {
      fill(benchmark, evaluation);
    }
  }

  private static void fill(BenchmarkSpec.Builder benchmark, EvaluationSpecOrBuilder evaluation) {
    SpecDefaults.source(benchmark.getSourceBuilder());
    if (!benchmark.hasSamples()) {
      benchmark.setSamples(SAMPLES);
    }
    if (benchmark.getKCount() == 0) {
      benchmark.addK(1);
      if (benchmark.getSamples() > 1) {
        benchmark.addK(benchmark.getSamples());
      }
    }
    if (!benchmark.hasTemperature()) {
      benchmark.setTemperature(evaluation.getTemperature());
    }
    if (!benchmark.hasTopP()) {
      benchmark.setTopP(evaluation.getTopP());
    }
    if (!benchmark.hasMaxNewTokens()) {
      benchmark.setMaxNewTokens(evaluation.getMaxNewTokens());
    }
    if (!benchmark.hasPrompt()) {
      benchmark.setPrompt(PROBLEM);
    }
    if (!benchmark.hasRedacted()) {
      benchmark.setRedacted(false);
    }
  }

  private EvaluationDefaults() {}
}
