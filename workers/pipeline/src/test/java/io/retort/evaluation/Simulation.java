package io.retort.evaluation;

import java.util.Random;

/** Problems whose difficulty is spread, and answers to them. */
final class Simulation {
  private final Random random;

  Simulation(long seed) {
    random = new Random(seed);
  }

  /**
   * A problem's chance of a right answer: {@code lucky} of the problems are easy, the others hard.
   * The mean is {@code lucky * easy + (1 - lucky) * hard}.
   */
  double chance(double lucky, double easy, double hard) {
    return random.nextDouble() < lucky ? easy : hard;
  }

  /** Share of right ones of so many answers. */
  double share(double chance, int samples) {
    int right = 0;
    for (int sample = 0; sample < samples; sample++) {
      right += random.nextDouble() < chance ? 1 : 0;
    }
    return (double) right / samples;
  }

  double uniform() {
    return random.nextDouble();
  }
}
