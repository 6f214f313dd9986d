package io.retort.stage;

import io.retort.v1.ArtifactRef;
import io.retort.v1.RunSummary;
import java.util.List;

/**
 * The result of a stage.
 *
 * @param summary the stage's part of the run's summary
 * @param artifacts objects of the store, and manifests that name others; a digest may be left out
 * @param done how much, in the stage's unit
 * @param detail for people, one short line
 */
public record StageOutput(
    RunSummary summary, List<ArtifactRef> artifacts, long done, String detail) {
  public StageOutput {
    artifacts = List.copyOf(artifacts);
  }
}
