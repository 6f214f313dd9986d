package io.retort.activity;

/** Task queues of the platform, one per kind of worker process. */
public final class TaskQueues {
  /** Workflows, hosted by the pipeline worker. */
  public static final String RUNS = "retort-runs";

  /** Data, curation, pairing, scoring, report and release activities. */
  public static final String PIPELINE = "retort-pipeline";

  /**
   * Activities that hold a trainer on Ray; its slots limit how many trainers the cluster runs at
   * once.
   */
  public static final String GPU = "retort-gpu";

  /** Activities of the control plane: they launch the runs of triggers. */
  public static final String CONTROL = "retort-control";

  /**
   * Calls of the control plane to receivers of events; apart from {@link #CONTROL}, so that slow
   * receivers delay no firing.
   */
  public static final String EVENTS = "retort-events";

  private TaskQueues() {}
}
