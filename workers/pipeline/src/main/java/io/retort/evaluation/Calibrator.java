package io.retort.evaluation;

import com.google.protobuf.Timestamp;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Calibration;
import io.retort.v1.CalibrationVerdict;
import io.retort.v1.ModelSpec;
import io.retort.v1.PassAtK;
import io.retort.v1.PublishedFigure;
import io.retort.v1.PublishedModel;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the scores of public models with the figures published of them; pure. */
final class Calibrator {
  /** One for each published figure of a model and benchmark that the run has a score of. */
  static List<Calibration> calibrate(Run run, Timestamp measuredAt, String codeVersion) {
    List<Calibration> calibrations = new ArrayList<>();
    for (ModelSpec model : run.getSpec().getModelsList()) {
      Optional<PublishedModel> published = PublishedModels.find(model.getPublished());
      for (BenchmarkSpec benchmark : run.getSpec().getEvaluation().getBenchmarksList()) {
        Optional<Score> score = score(run, model.getName(), benchmark.getName());
        Optional<PassAtK> measured = score.flatMap(Calibrator::passAtOne);
        if (published.isEmpty() || measured.isEmpty()) {
          continue;
        }
        for (PublishedFigure figure : published.get().getFiguresList()) {
          if (figure.getBenchmark().equals(benchmark.getBenchmark())) {
            calibrations.add(
                Calibration.newBuilder()
                    .setBenchmark(figure.getBenchmark())
                    .setModel(model.getPublished())
                    .setPublished(figure)
                    .setValue(measured.get().getValue())
                    .setLow(measured.get().getLow())
                    .setHigh(measured.get().getHigh())
                    .setProblems(score.get().getProblems())
                    .setSamples(score.get().getSamples())
                    .setVerdict(verdict(figure.getPercent() / 100, measured.get()))
                    .addAllDifferences(differences(figure, benchmark, score.get()))
                    .setRunId(run.getRunId())
                    .setMeasuredAt(measuredAt)
                    .setCodeVersion(codeVersion)
                    .setContentSha256(score.get().getContentSha256())
                    .build());
          }
        }
      }
    }
    return calibrations;
  }

  private static Optional<Score> score(Run run, String model, String benchmark) {
    return run.getSummary().getScoresList().stream()
        .filter(score -> score.getModel().equals(model))
        .filter(score -> score.getBenchmark().equals(benchmark))
        .findFirst();
  }

  /** Also where the spec asks for no k of 1. */
  private static Optional<PassAtK> passAtOne(Score score) {
    return score.getCurveList().stream()
        .filter(passAtK -> passAtK.getK() == 1)
        .findFirst()
        .or(
            () ->
                score.getPassAtKList().stream().filter(passAtK -> passAtK.getK() == 1).findFirst());
  }

  private static CalibrationVerdict verdict(double published, PassAtK measured) {
    if (published > measured.getHigh()) {
      return CalibrationVerdict.CALIBRATION_VERDICT_MEASURED_LOWER;
    }
    return published < measured.getLow()
        ? CalibrationVerdict.CALIBRATION_VERDICT_MEASURED_HIGHER
        : CalibrationVerdict.CALIBRATION_VERDICT_INSIDE;
  }

  private static List<String> differences(
      PublishedFigure figure, BenchmarkSpec benchmark, Score score) {
    List<String> differences = new ArrayList<>();
    add(
        differences,
        "problems",
        figure.hasProblems(),
        figure.getProblems(),
        (double) score.getProblems());
    add(
        differences,
        "temperature",
        figure.hasTemperature(),
        figure.getTemperature(),
        benchmark.getTemperature());
    add(differences, "top_p", figure.hasTopP(), figure.getTopP(), benchmark.getTopP());
    add(
        differences,
        "max_new_tokens",
        figure.hasMaxNewTokens(),
        figure.getMaxNewTokens(),
        benchmark.getMaxNewTokens());
    return differences;
  }

  private static void add(
      List<String> differences, String name, boolean known, double published, double asked) {
    if (known && published != asked) {
      differences.add(name + " " + number(asked) + " (published: " + number(published) + ")");
    }
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private Calibrator() {}
}
