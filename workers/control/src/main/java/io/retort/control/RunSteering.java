package io.retort.control;

/** What steers runs apart from their launch, pause and cancellation. */
record RunSteering(
    RunAnnotator annotator, RunRetrier retrier, RunListWatches listWatches, RunLogStreams logs)
    implements AutoCloseable {
  @Override
  public void close() {
    listWatches.close();
    logs.close();
  }
}
