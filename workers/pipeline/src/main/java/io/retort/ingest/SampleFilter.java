package io.retort.ingest;

import io.retort.v1.Sample;

/** Decides which samples are kept. */
interface SampleFilter {
  /**
   * Called once, in order, for each sample that passed all previous filters.
   *
   * @throws RefusedRowException if the sample is refused
   */
  void check(Sample sample) throws RefusedRowException;
}
