package io.retort.rows;

import io.retort.v1.SnapshotPromptsRequest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Prompt files of a spec. At-least-once and idempotent. */
@ActivityInterface
public interface PromptActivities {
  String SNAPSHOT_PROMPTS = "SnapshotPrompts";

  /**
   * Copies the files of {@code judge.prompts} to {@code runs/<run>/prompts/}, so that the whole run
   * asks with the same, after the judge workers have said that they can.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/PROMPTS_NOT_FOUND where there is no such
   *     folder or no file in it; USER with the judge's own type for a file that replaces nothing
   */
  @ActivityMethod(name = SNAPSHOT_PROMPTS)
  void snapshotPrompts(SnapshotPromptsRequest request);
}
