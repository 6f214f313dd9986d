package io.retort.bench;

import io.retort.bench.Sampler.Sample;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Samples in chronological order. */
record Samples(List<Sample> samples) {
  /** The period from the first sample after the warm-up to the last sample. */
  Window after(Duration warmUp) {
    long from = samples.get(0).nanos() + warmUp.toNanos();
    Sample first =
        samples.stream().filter(sample -> sample.nanos() >= from).findFirst().orElseThrow();
    return new Window(first, samples.get(samples.size() - 1));
  }

  /**
   * The period in which the number of answers since the first sample rose from one number to the
   * other.
   */
  Window between(long fromAnswers, long toAnswers) {
    return new Window(reaching(fromAnswers), reaching(toAnswers));
  }

  /** Largest resident sets, by the name of the process. */
  Map<String, Long> peakBytes() {
    Map<String, Long> peaks = new LinkedHashMap<>();
    samples
        .get(samples.size() - 1)
        .usages()
        .forEach((name, usage) -> peaks.put(name, usage.peakBytes()));
    return peaks;
  }

  private Sample reaching(long answers) {
    long wanted = samples.get(0).counts().answered() + answers;
    return samples.stream()
        .filter(sample -> sample.counts().answered() >= wanted)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    samples.get(samples.size() - 1).counts()
                        + " (expected: at least "
                        + wanted
                        + " answers)"));
  }

  /** The period between two samples. */
  record Window(Sample first, Sample last) {
    long answers() {
      return last.counts().answered() - first.counts().answered();
    }

    double answersPerSecond() {
      return answers() / seconds();
    }

    double seconds() {
      return (last.nanos() - first.nanos()) / 1e9;
    }

    double requestBytes() {
      return (double) (last.counts().requestBytes() - first.counts().requestBytes()) / answers();
    }

    /** CPU milliseconds of each process per answer. */
    Map<String, Double> cpuMillisPerAnswer() {
      Map<String, Double> cpu = new LinkedHashMap<>();
      last.usages()
          .forEach(
              (name, usage) -> {
                ProcessUsage before = first.usages().get(name);
                long used = usage.cpuMillis() - (before == null ? 0 : before.cpuMillis());
                cpu.put(name, (double) used / answers());
              });
      return cpu;
    }
  }
}
