package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.store.Store;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Calibration;
import io.retort.v1.CalibrationVerdict;
import io.retort.v1.ModelSpec;
import io.retort.v1.PassAtK;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationsTest {
  private static final String MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

  private String root = "";
  private Store store;

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString().replaceFirst("/$", "");
    store = Store.open(root);
  }

  @Test
  void comparesEachPublishedFigureWithWhatWasMeasured() {
    List<Calibration> calibrations = calibrate(run("a", 0.835, 0.832, 0.85));

    assertThat(calibrations)
        .extracting(one -> one.getPublished().getPercent())
        .containsExactly(83.1, 83.9);
    assertThat(calibrations)
        .extracting(Calibration::getVerdict)
        .containsExactly(
            CalibrationVerdict.CALIBRATION_VERDICT_MEASURED_HIGHER,
            CalibrationVerdict.CALIBRATION_VERDICT_INSIDE);
    assertThat(calibrations.get(0).getDifferencesList())
        .containsExactly("problems 50 (published: 500)", "max_new_tokens 64 (published: 32768)");
    assertThat(calibrations.get(1).getDifferencesList())
        .as("as far as its settings are known")
        .containsExactly("problems 50 (published: 500)");
    assertThat(calibrations.get(0).getRunId()).isEqualTo("a");
    assertThat(calibrations.get(0).getCodeVersion()).isEqualTo("evaluate stage 2");
    assertThat(calibrate(run("a", 0.5, 0.4, 0.6)).get(0).getVerdict())
        .isEqualTo(CalibrationVerdict.CALIBRATION_VERDICT_MEASURED_LOWER);
  }

  @Test
  void anotherModelAndABenchmarkOfOnesOwnAreNotCalibrated() {
    Run.Builder other = run("a", 0.5, 0.4, 0.6).toBuilder();
    other.getSpecBuilder().getModelsBuilder(0).clearPublished();
    Run.Builder own = run("a", 0.5, 0.4, 0.6).toBuilder();
    own.getSpecBuilder().getEvaluationBuilder().getBenchmarksBuilder(0).clearBenchmark();

    assertThat(calibrate(other.build())).isEmpty();
    assertThat(calibrate(own.build())).isEmpty();
  }

  @Test
  void laterReportsOfTheBenchmarkShowTheLastOfEachFigure() throws IOException {
    Calibrations calibrations = new Calibrations(store, root);
    calibrations.keep(calibrate(run("a", 0.5, 0.4, 0.6)));
    calibrations.keep(calibrate(run("b", 0.83, 0.8, 0.85)));
    Run later = run("later", 0.1, 0.05, 0.2).toBuilder().build();
    Run.Builder otherRows = later.toBuilder();
    otherRows.getSummaryBuilder().getScoresBuilder(0).setContentSha256("other");

    assertThat(calibrations.stamped(later).getSummary().getCalibrationsList())
        .extracting(Calibration::getRunId)
        .containsExactly("b", "b");
    assertThat(calibrations.stamped(otherRows.build()).getSummary().getCalibrationsList())
        .isEmpty();
    Run.Builder own = later.toBuilder();
    own.getSummaryBuilder().addCalibrations(Calibration.newBuilder().setRunId("later"));
    assertThat(calibrations.stamped(own.build())).isEqualTo(own.build());
  }

  @Test
  void aReportDoesWithoutARecordThatCannotBeRead() throws IOException {
    byte[] broken = "{".getBytes(StandardCharsets.UTF_8);
    store.write(root + "/calibrations/math500.json", output -> output.write(broken));
    Run run = run("a", 0.5, 0.4, 0.6);

    assertThat(new Calibrations(store, root).stamped(run)).isEqualTo(run);
  }

  @Test
  void aRecordThatCannotBeReadIsReplaced() throws IOException {
    byte[] broken = "{".getBytes(StandardCharsets.UTF_8);
    store.write(root + "/calibrations/math500.json", output -> output.write(broken));
    Calibrations calibrations = new Calibrations(store, root);

    calibrations.keep(calibrate(run("a", 0.5, 0.4, 0.6)));

    assertThat(calibrations.stamped(run("b", 0.5, 0.4, 0.6)).getSummary().getCalibrationsList())
        .extracting(Calibration::getRunId)
        .containsExactly("a", "a");
  }

  @Test
  void otherRowsOfABenchmarkAreCalibratedBeside() throws IOException {
    Calibrations calibrations = new Calibrations(store, root);
    Run.Builder fewer = run("fewer", 0.5, 0.4, 0.6).toBuilder();
    fewer.getSummaryBuilder().getScoresBuilder(0).setContentSha256("fewer");

    calibrations.keep(calibrate(run("a", 0.5, 0.4, 0.6)));
    calibrations.keep(calibrate(fewer.build()));

    assertThat(calibrations.stamped(run("b", 0.5, 0.4, 0.6)).getSummary().getCalibrationsList())
        .extracting(Calibration::getRunId)
        .containsExactly("a", "a");
    assertThat(calibrations.stamped(fewer.build()).getSummary().getCalibrationsList())
        .extracting(Calibration::getRunId)
        .containsExactly("fewer", "fewer");
  }

  private static List<Calibration> calibrate(Run run) {
    return Calibrator.calibrate(run, Timestamps.fromSeconds(1), "evaluate stage 2");
  }

  private static Run run(String runId, double value, double low, double high) {
    Run.Builder run = Run.newBuilder().setRunId(runId);
    run.getSpecBuilder()
        .addModels(ModelSpec.newBuilder().setName("r1").setPublished(MODEL))
        .getEvaluationBuilder()
        .addBenchmarks(
            BenchmarkSpec.newBuilder()
                .setName("math")
                .setBenchmark("math500")
                .setTemperature(0.6)
                .setTopP(0.95)
                .setMaxNewTokens(64));
    run.getSummaryBuilder()
        .addScores(
            Score.newBuilder()
                .setModel("r1")
                .setBenchmark("math")
                .setProblems(50)
                .setSamples(4)
                .setContentSha256("rows")
                .addCurve(PassAtK.newBuilder().setK(1).setValue(value).setLow(low).setHigh(high)));
    return run.build();
  }
}
