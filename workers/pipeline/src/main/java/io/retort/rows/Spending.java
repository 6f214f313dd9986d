package io.retort.rows;

import java.util.concurrent.atomic.DoubleAdder;

/**
 * The cost of the rows of a shard, including those of earlier attempts.
 *
 * <p>Thread-safe.
 *
 * @param limit infinite if there is no limit
 */
record Spending(DoubleAdder cost, double limit) {
  Spending(double limit) {
    this(new DoubleAdder(), limit);
  }

  void add(double more) {
    if (more > 0) {
      cost.add(more);
    }
  }

  double sum() {
    return cost.sum();
  }

  boolean isSpent() {
    return sum() > limit;
  }
}
