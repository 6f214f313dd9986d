package io.retort.cli;

import io.retort.report.Figures;
import io.retort.report.JudgeCost;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * What a terminal shows below the bars: the loss of the stage that trains, as a sparkline of the
 * changes seen so far, its throughput, and what the judge's calls have cost.
 */
final class LiveFigures {
  private static final int WIDTH = 40;

  /** The oldest are forgotten, so that a long training shows its recent course. */
  private static final int MOST_LOSSES = 4 * WIDTH;

  private static final String BLOCKS = "▁▂▃▄▅▆▇█";

  /** Where the terminal's encoding lacks blocks. */
  private static final String LETTERS = "_.-~=+*#";

  private final String levels;
  private final Deque<Double> losses = new ArrayDeque<>();
  private Stage stage = Stage.STAGE_UNSPECIFIED;
  private long step = -1;

  /**
   * @param terminal encoding of the output
   */
  LiveFigures(Charset terminal) {
    levels = terminal.newEncoder().canEncode(BLOCKS) ? BLOCKS : LETTERS;
  }

  /** Adds a change of the run; returns the lines that belong below its bars. */
  List<String> lines(Run run) {
    List<String> lines = new ArrayList<>();
    if (run.getStagesCount() > 0) {
      StageProgress current = run.getStages(run.getStagesCount() - 1);
      add(current);
      if (current.hasLoss() && !losses.isEmpty()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "  loss      %s  %.4f%s",
                sparkline(),
                current.getLoss(),
                current.getTokensPerSecond() > 0
                    ? String.format(Locale.ROOT, "   %,.0f tokens/s", current.getTokensPerSecond())
                    : ""));
      }
    }
    double cost = JudgeCost.ofEndedStages(run);
    if (cost > 0) {
      // Runs from before a budget could be changed have only that of their spec.
      double budget = run.hasBudget() ? run.getBudget() : run.getSpec().getJudge().getBudget();
      lines.add(
          "  cost      "
              + Figures.cost(cost)
              + (budget > 0 ? " of " + Figures.cost(budget) : "")
              + ", of the stages that have ended");
    }
    return lines;
  }

  private void add(StageProgress current) {
    if (current.getStage() != stage) {
      stage = current.getStage();
      losses.clear();
      step = -1;
    }
    if (current.hasLoss() && Double.isFinite(current.getLoss()) && current.getDone() != step) {
      step = current.getDone();
      losses.addLast(current.getLoss());
      if (losses.size() > MOST_LOSSES) {
        losses.removeFirst();
      }
    }
  }

  private String sparkline() {
    List<Double> all = List.copyOf(losses);
    int columns = Math.min(WIDTH, all.size());
    double[] means = new double[columns];
    for (int column = 0; column < columns; column++) {
      int from = column * all.size() / columns;
      int to = (column + 1) * all.size() / columns;
      means[column] =
          all.subList(from, to).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
    double least = Arrays.stream(means).min().orElse(0);
    double most = Arrays.stream(means).max().orElse(0);
    StringBuilder line = new StringBuilder();
    for (double mean : means) {
      double share = most > least ? (mean - least) / (most - least) : 0;
      line.append(levels.charAt((int) Math.round(share * (levels.length() - 1))));
    }
    return line.toString();
  }
}
