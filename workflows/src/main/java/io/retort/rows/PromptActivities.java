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
   * uses the same prompts. The judge workers check the files first.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/PROMPTS_NOT_FOUND if the folder does not
   *     exist or is empty; USER with the judge's own type for a file that replaces no built-in
   *     prompt
   */
  @ActivityMethod(name = SNAPSHOT_PROMPTS)
  void snapshotPrompts(SnapshotPromptsRequest request);
}
