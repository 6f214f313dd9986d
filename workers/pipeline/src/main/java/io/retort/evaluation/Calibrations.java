package io.retort.evaluation;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Calibration;
import io.retort.v1.CalibrationRecord;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last calibration of each built-in benchmark by each published figure, in the store. */
public final class Calibrations {
  private static final Logger LOGGER = LoggerFactory.getLogger(Calibrations.class);
  private static final int SCHEMA_VERSION = 1;

  private final Store store;
  private final String storeUri;

  public Calibrations(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /**
   * Keeps each instead of the one by the same figure on the same rows; of two writers neither loses
   * the other's. A record that cannot be parsed is replaced.
   */
  void keep(List<Calibration> calibrations) throws IOException {
    Set<String> benchmarks = new LinkedHashSet<>();
    calibrations.forEach(calibration -> benchmarks.add(calibration.getBenchmark()));
    for (String benchmark : benchmarks) {
      String uri = RunLayout.calibration(storeUri, benchmark);
      boolean unused =
          store.update(
              uri,
              current ->
                  Optional.of(
                      StoredMessages.bytes(
                          with(
                              current
                                  .map(json -> parse(json, uri))
                                  .orElseGet(CalibrationRecord::getDefaultInstance),
                              calibrations.stream()
                                  .filter(one -> one.getBenchmark().equals(benchmark))
                                  .toList()))));
    }
  }

  /**
   * The run as its report shows it: with the calibrations of its built-in benchmarks, as long as
   * they were of the same rows. Those that it has made itself stay.
   */
  public Run stamped(Run run) throws IOException {
    if (run.getSummary().getCalibrationsCount() > 0) {
      return run;
    }
    Run.Builder stamped = run.toBuilder();
    for (BenchmarkSpec benchmark : run.getSpec().getEvaluation().getBenchmarksList()) {
      Optional<Score> score =
          run.getSummary().getScoresList().stream()
              .filter(one -> one.getBenchmark().equals(benchmark.getName()))
              .findFirst();
      if (benchmark.hasBenchmark() && score.isPresent()) {
        for (Calibration calibration : read(benchmark.getBenchmark())) {
          if (calibration.getContentSha256().equals(score.get().getContentSha256())) {
            stamped.getSummaryBuilder().addCalibrations(calibration);
          }
        }
      }
    }
    return stamped.build();
  }

  /** Nothing where the record cannot be parsed: a report does not fail for it. */
  private List<Calibration> read(String benchmark) throws IOException {
    try {
      return StoredMessages.read(
              store,
              RunLayout.calibration(storeUri, benchmark),
              CalibrationRecord.getDefaultInstance())
          .map(CalibrationRecord::getCalibrationsList)
          .orElse(List.of());
    } catch (CorruptArtifactException e) {
      LOGGER.warn("the calibrations of {} are not shown", benchmark, e);
      return List.of();
    }
  }

  private static CalibrationRecord with(CalibrationRecord record, List<Calibration> added) {
    List<Calibration> kept = new ArrayList<>();
    for (Calibration standing : record.getCalibrationsList()) {
      if (added.stream().noneMatch(one -> isOfSameFigure(one, standing))) {
        kept.add(standing);
      }
    }
    kept.addAll(added);
    return CalibrationRecord.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .addAllCalibrations(kept)
        .build();
  }

  private static boolean isOfSameFigure(Calibration one, Calibration other) {
    return one.getModel().equals(other.getModel())
        && one.getContentSha256().equals(other.getContentSha256())
        && one.getPublished().getSource().equals(other.getPublished().getSource());
  }

  /** Empty where it cannot be parsed: no later calibration waits for it. */
  private static CalibrationRecord parse(byte[] json, String uri) {
    try {
      return StoredMessages.parse(json, CalibrationRecord.getDefaultInstance(), uri);
    } catch (CorruptArtifactException e) {
      LOGGER.warn("the calibrations of before are lost: they cannot be read", e);
      return CalibrationRecord.getDefaultInstance();
    }
  }
}
