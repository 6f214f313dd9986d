package io.retort.pages;

import java.util.List;

/**
 * The page of one run.
 *
 * @param spec as JSON
 * @param checkpoints their folders, below the run's
 * @param temporal address in the Temporal UI, empty if it is not configured
 * @param ray address of the Ray dashboard, empty if it is not configured
 */
public record RunPageView(
    RunView run,
    CurvesView curves,
    String spec,
    List<String> checkpoints,
    String temporal,
    String ray) {}
