package io.retort.pages;

import io.retort.report.Figures;
import io.retort.report.JudgeCost;
import io.retort.v1.Run;

/**
 * What the judge has cost a run, as far as it is known.
 *
 * @param words "3.1000 of the budget of 10.0000 (31 %)"; empty where nothing is spent and there is
 *     no budget
 * @param percent of the budget, 0 to 100; -1 without one
 */
public record CostView(String words, int percent) {
  private static final int WHOLE = 100;

  static CostView of(Run run) {
    // Of stages that have ended, in records from before the run had the sum.
    double spent = Math.max(run.getSpent(), JudgeCost.ofEndedStages(run));
    double budget = run.hasBudget() ? run.getBudget() : run.getSpec().getJudge().getBudget();
    if (budget <= 0) {
      return new CostView(spent > 0 ? Figures.cost(spent) + "; no budget" : "", -1);
    }
    long share = (long) (WHOLE * spent / budget);
    return new CostView(
        Figures.cost(spent) + " of the budget of " + Figures.cost(budget) + " (" + share + " %)",
        (int) Math.min(WHOLE, share));
  }
}
