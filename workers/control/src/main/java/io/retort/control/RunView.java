package io.retort.control;

import io.retort.action.RunActions;
import io.retort.annotation.AnnotationStore;
import io.retort.enums.RunPhases;
import io.retort.v1.Run;
import io.retort.v1.RunAnnotations;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs as the API shows them: with their annotations and the actions that they allow. */
final class RunView {
  private static final Logger LOG = LoggerFactory.getLogger(RunView.class);

  private final AnnotationStore annotations;

  RunView(AnnotationStore annotations) {
    this.annotations = annotations;
  }

  /** Throws NOT_FOUND for a deleted run. */
  Run shown(Run run) {
    RunAnnotations found = annotations(run).orElse(RunAnnotations.getDefaultInstance());
    if (found.hasDeletion()) {
      throw ApiErrors.deleted(run.getRunId(), found.getDeletion());
    }
    return withActions(annotated(run, found));
  }

  boolean isDeleted(String runId) {
    try {
      return annotations.read(runId).map(RunAnnotations::hasDeletion).orElse(false);
    } catch (IOException e) {
      throw ApiErrors.store("read the annotations of run " + runId, e);
    }
  }

  /** Without a look at the store. */
  static Run annotated(Run run, RunAnnotations annotations) {
    return annotations.hasUpdatedAt()
        ? run.toBuilder()
            .clearLabels()
            .putAllLabels(annotations.getLabelsMap())
            .setNote(annotations.getNote())
            .build()
        : run;
  }

  static Run withActions(Run run) {
    return run.toBuilder().clearAllowedActions().addAllAllowedActions(RunActions.of(run)).build();
  }

  /** A live run is shown without its annotations while the store does not answer. */
  private Optional<RunAnnotations> annotations(Run run) {
    try {
      return annotations.read(run.getRunId());
    } catch (IOException e) {
      if (RunPhases.isTerminal(run.getPhase())) {
        throw ApiErrors.store("read the annotations of run " + run.getRunId(), e);
      }
      LOG.warn("the annotations of run {} cannot be read", run.getRunId(), e);
      return Optional.empty();
    }
  }
}
