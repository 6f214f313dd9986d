package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.annotation.AnnotationStore;
import io.retort.annotation.RunLabels;
import io.retort.enums.RunPhases;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.v1.DeleteRunRequest;
import io.retort.v1.DeleteRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunAnnotations;
import io.retort.v1.RunDeletion;
import io.retort.v1.UpdateRunRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes labels and notes of runs, and deletes runs. */
final class RunAnnotator {
  private static final Logger LOG = LoggerFactory.getLogger(RunAnnotator.class);
  private static final int LONGEST_REASON = 1000;

  private final RunReader reader;
  private final AnnotationStore annotations;
  private final RunIndex index;
  private final Clock clock;

  RunAnnotator(RunReader reader, AnnotationStore annotations, RunIndex index, Clock clock) {
    this.reader = reader;
    this.annotations = annotations;
    this.index = index;
    this.clock = clock;
  }

  /** Throws INVALID_ARGUMENT for labels or a note out of bounds, and NOT_FOUND. */
  Run update(UpdateRunRequest request) {
    check(request);
    Run run = reader.get(request.getRunId());
    RunAnnotations changed =
        change(
            run,
            current -> {
              Map<String, String> labels = new HashMap<>(current.getLabelsMap());
              request.getRemoveLabelsList().forEach(labels::remove);
              labels.putAll(request.getLabelsMap());
              List<SpecViolation> violations = RunLabels.violations("labels", labels);
              if (!violations.isEmpty()) {
                throw ApiErrors.invalid(violations);
              }
              return current.toBuilder()
                  .clearLabels()
                  .putAllLabels(labels)
                  .setNote(request.hasNote() ? request.getNote() : current.getNote())
                  .setUpdatedAt(Timestamps.fromMillis(clock.millis()))
                  .setUpdatedBy(Caller.current().name())
                  .build();
            });
    return RunView.annotated(run, changed);
  }

  /** Throws FAILED_PRECONDITION while the run is live, and NOT_FOUND. */
  DeleteRunResponse delete(DeleteRunRequest request) {
    if (request.getReason().length() > LONGEST_REASON) {
      throw ApiErrors.invalid(
          "reason",
          request.getReason().length() + " characters (expected: at most " + LONGEST_REASON + ")");
    }
    Run run = reader.get(request.getRunId());
    if (!RunPhases.isTerminal(run.getPhase())) {
      throw ApiErrors.live(run.getRunId(), Phases.label(run.getPhase()));
    }
    RunDeletion deletion =
        RunDeletion.newBuilder()
            .setDeletedAt(Timestamps.fromMillis(clock.millis()))
            .setDeletedBy(Caller.current().name())
            .setReason(request.getReason())
            .build();
    // Of two deletions at once, the first is kept.
    RunDeletion kept =
        change(
                run,
                current ->
                    current.hasDeletion()
                        ? current
                        : current.toBuilder().setDeletion(deletion).build())
            .getDeletion();
    LOG.info("run {} is deleted by {}", run.getRunId(), kept.getDeletedBy());
    return DeleteRunResponse.newBuilder()
        .setRunId(run.getRunId())
        .setDeletedAt(kept.getDeletedAt())
        .setDeletedBy(kept.getDeletedBy())
        .build();
  }

  private RunAnnotations change(Run run, UnaryOperator<RunAnnotations> change) {
    RunAnnotations initial =
        RunAnnotations.newBuilder().putAllLabels(run.getLabelsMap()).setNote(run.getNote()).build();
    try {
      RunAnnotations changed = annotations.update(run.getRunId(), initial, change);
      index.annotated(run.getRunId());
      return changed;
    } catch (IOException e) {
      throw ApiErrors.store("write the annotations of run " + run.getRunId(), e);
    }
  }

  private static void check(UpdateRunRequest request) {
    List<SpecViolation> violations =
        new ArrayList<>(RunLabels.violations("labels", request.getLabelsMap()));
    if (request.getRemoveLabelsCount() > RunLabels.MOST) {
      violations.add(
          new SpecViolation(
              "remove_labels",
              request.getRemoveLabelsCount() + " keys (expected: at most " + RunLabels.MOST + ")"));
    }
    if (request.getNote().length() > RunTags.LONGEST_NOTE) {
      violations.add(
          new SpecViolation(
              "note",
              request.getNote().length()
                  + " characters (expected: at most "
                  + RunTags.LONGEST_NOTE
                  + ")"));
    }
    if (request.getLabelsCount() == 0
        && request.getRemoveLabelsCount() == 0
        && !request.hasNote()) {
      violations.add(
          new SpecViolation("", "nothing to change (expected: labels, remove_labels or note)"));
    }
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations);
    }
  }
}
