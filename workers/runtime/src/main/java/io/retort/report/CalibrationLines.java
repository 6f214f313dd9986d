package io.retort.report;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Calibration;
import io.retort.v1.PassAtK;
import java.math.BigDecimal;

/** How a public model measured here compares with what was published of it, in words. */
public final class CalibrationLines {
  /** Published and measured figure, the verdict, and what was asked otherwise. */
  public static String sentence(Calibration calibration) {
    String line =
        calibration.getModel()
            + " on "
            + calibration.getBenchmark()
            + ": published "
            + number(calibration.getPublished().getPercent())
            + " % ("
            + calibration.getPublished().getSource()
            + "), measured "
            + Figures.percent(
                PassAtK.newBuilder()
                    .setK(1)
                    .setValue(calibration.getValue())
                    .setLow(calibration.getLow())
                    .setHigh(calibration.getHigh())
                    .build())
            + ": "
            + verdict(calibration);
    return calibration.getDifferencesCount() == 0
        ? line
        : line + "; asked otherwise: " + String.join(", ", calibration.getDifferencesList());
  }

  /** When it was measured, by which run, and by which code. */
  public static String stamp(Calibration calibration) {
    return sentence(calibration)
        + " (run "
        + calibration.getRunId()
        + ", "
        + Timestamps.toString(calibration.getMeasuredAt())
        + ", "
        + calibration.getCodeVersion()
        + ")";
  }

  private static String verdict(Calibration calibration) {
    return switch (calibration.getVerdict()) {
      case CALIBRATION_VERDICT_INSIDE -> "inside the interval";
      case CALIBRATION_VERDICT_MEASURED_LOWER -> "measured lower";
      case CALIBRATION_VERDICT_MEASURED_HIGHER -> "measured higher";
      case CALIBRATION_VERDICT_UNSPECIFIED, UNRECOGNIZED -> "not known";
    };
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private CalibrationLines() {}
}
