package io.retort.ingest;

import io.retort.v1.Sample;

/** Decides which samples stay. */
interface SampleFilter {
  /**
   * Called once for each sample that every filter before has let pass, in their order.
   *
   * @throws RefusedRowException where the sample has to go
   */
  void check(Sample sample) throws RefusedRowException;
}
