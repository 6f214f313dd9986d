package io.retort.pages;

import io.retort.report.Figures;
import io.retort.report.JudgeCost;
import io.retort.v1.Run;

/**
 * What the judge has cost a run, as far as it is known.
 *
 * @param words "3.1000 of the budget of 10.0000 (31 %)"; empty where nothing is spent and there is
 *     no budget
 * @param percent of the budget, rounded down, above 100 where more is spent; -1 without one
 * @param bar the same, at most 100
 */
public record CostView(String words, long percent, long bar) {
  private static final int WHOLE = 100;

  static CostView of(Run run) {
    // Of stages that have ended, in records from before the run had the sum.
    double spent = Math.max(run.getSpent(), JudgeCost.ofEndedStages(run));
    double budget = run.hasBudget() ? run.getBudget() : run.getSpec().getJudge().getBudget();
    if (budget <= 0) {
      return new CostView(spent > 0 ? Figures.cost(spent) + "; no budget" : "", -1, -1);
    }
    long percent = (long) (WHOLE * spent / budget);
    return new CostView(
        Figures.cost(spent) + " of the budget of " + Figures.cost(budget) + " (" + percent + " %)",
        percent,
        Math.min(WHOLE, percent));
  }
}
