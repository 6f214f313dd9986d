package io.retort.report;

import io.retort.v1.CacheStatus;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageReuse;
import io.retort.v1.Usage;
import java.util.ArrayList;
import java.util.List;

/** Calls, tokens and cost of the judge. The run that made a reused result also paid for it. */
final class JudgeTable {
  private static final String REUSED = "taken over";

  static TextTable of(Run run) {
    RunSummary summary = run.getSummary();
    Usage curation = summary.getCuration().getUsage();
    Usage pairing = summary.getPairing().getUsage();
    boolean priced = curation.getCost() + pairing.getCost() > 0;
    boolean curationReused = isReused(run, Stage.STAGE_CURATE);
    boolean pairingReused = isReused(run, Stage.STAGE_PAIR);
    List<String> headings =
        new ArrayList<>(
            List.of("Judge", "calls", "prompt tokens", "answer tokens", "cached calls", "cache"));
    if (priced) {
      headings.add("cost");
    }
    TextTable table = new TextTable(headings.toArray(String[]::new));
    if (summary.hasCuration()) {
      String cache = curationReused ? REUSED : cache(summary.getCuration().getCache());
      table.line(cells("curation", curation, cache, priced));
    }
    if (summary.hasPairing()) {
      String cache = pairingReused ? REUSED : cache(summary.getPairing().getCache());
      table.line(cells("pairing", pairing, cache, priced));
    }
    if (priced) {
      double cost =
          (curationReused ? 0 : curation.getCost()) + (pairingReused ? 0 : pairing.getCost());
      table.line("paid by this run", "", "", "", "", "", Figures.cost(cost));
    }
    return table;
  }

  /** Calls whose endpoint reported no usage: the table's tokens and cost are lower bounds. */
  static long uncountedCalls(Run run) {
    RunSummary summary = run.getSummary();
    return summary.getCuration().getUsage().getUncountedCalls()
        + summary.getPairing().getUsage().getUncountedCalls();
  }

  private static String[] cells(String name, Usage usage, String cache, boolean priced) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                name,
                Figures.count(usage.getCalls()),
                Figures.count(usage.getPromptTokens()),
                Figures.count(usage.getCompletionTokens()),
                Figures.count(usage.getCachedCalls()),
                cache));
    if (priced) {
      cells.add(Figures.cost(usage.getCost()));
    }
    return cells.toArray(String[]::new);
  }

  private static boolean isReused(Run run, Stage stage) {
    return run.getStagesList().stream()
        .anyMatch(
            progress ->
                progress.getStage() == stage && progress.getReuse() == StageReuse.STAGE_REUSE_HIT);
  }

  private static String cache(CacheStatus status) {
    return status == CacheStatus.CACHE_STATUS_UNSPECIFIED ? "" : Figures.name(status);
  }

  private JudgeTable() {}
}
