package io.retort.stage;

import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;

/** The part of a spec that a stage reads. */
public final class StageSpec {
  /** The fields that the stage reads, and the operational fields. */
  public static RunSpec of(RunStage stage, RunSpec spec) {
    List<String> seen = new ArrayList<>(stage.reads());
    seen.addAll(OperationalFields.paths());
    return SpecFields.only(spec, seen);
  }

  private StageSpec() {}
}
