package io.retort.stage;

import io.retort.v1.ArtifactRef;
import io.retort.v1.RunSummary;
import java.util.List;

/**
 * The result of a stage.
 *
 * @param summary the stage's part of the run's summary
 * @param artifacts objects of the store, including manifests that name further objects; a digest
 *     may be omitted
 * @param done amount of work, in the stage's unit
 * @param detail one short line for people
 */
public record StageOutput(
    RunSummary summary, List<ArtifactRef> artifacts, long done, String detail) {
  public StageOutput {
    artifacts = List.copyOf(artifacts);
  }
}
