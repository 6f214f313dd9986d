package io.retort.control;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.retort.action.RunActions;
import io.retort.curve.LossPreviews;
import io.retort.enums.RunPhases;
import io.retort.filter.FilterSubject;
import io.retort.identity.Caller;
import io.retort.v1.ModelSpec;
import io.retort.v1.Role;
import io.retort.v1.Run;
import io.retort.v1.RunAnnotations;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A run in the index: what filters compare, and the run as lists show it.
 *
 * @param listed serialized, some kilobytes: parsed only for the runs of a page
 * @param revision of the index when the run last changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
record IndexedRun(FilterSubject subject, byte[] listed, long revision) {
  static IndexedRun of(Run run, long revision) {
    Run.Builder listed = run.toBuilder().clearSummary().clearAllowedActions();
    LossPreviews.of(run).ifPresent(listed::setLossPreview);
    return new IndexedRun(subject(run), listed.build().toByteArray(), revision);
  }

  String runId() {
    return subject.runId();
  }

  RunPhase phase() {
    return subject.phase();
  }

  long createdMillis() {
    return subject.createdMillis();
  }

  boolean isVisibleTo(Caller caller) {
    return caller.holds(Role.ROLE_VIEWER, subject.team());
  }

  boolean isTerminal() {
    return RunPhases.isTerminal(phase());
  }

  boolean showsSame(IndexedRun other) {
    return Arrays.equals(listed, other.listed) && subject.equals(other.subject);
  }

  /** As it looks with annotations, which replace its own. */
  IndexedRun annotated(RunAnnotations annotations, long next) {
    return annotations.hasUpdatedAt()
        ? with(RunView.annotated(parsed(), annotations), next)
        : new IndexedRun(subject, listed, next);
  }

  /** With the actions that it allows, without a summary. */
  Run run() {
    return RunView.withActions(parsed());
  }

  /** Labels are all that annotations change of the subject. */
  private IndexedRun with(Run run, long next) {
    return new IndexedRun(
        new FilterSubject(
            subject.runId(),
            subject.name(),
            subject.team(),
            subject.students(),
            subject.datasets(),
            subject.createdBy(),
            subject.origin(),
            subject.phase(),
            subject.stage(),
            subject.createdMillis(),
            Map.copyOf(run.getLabelsMap()),
            subject.waits()),
        run.toByteArray(),
        next);
  }

  private Run parsed() {
    try {
      return Run.parseFrom(listed);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("run " + runId(), e);
    }
  }

  private static FilterSubject subject(Run run) {
    List<String> students = new ArrayList<>();
    if (run.getSpec().getStudent().hasModel()) {
      students.add(run.getSpec().getStudent().getModel());
    }
    for (ModelSpec model : run.getSpec().getModelsList()) {
      students.add(model.hasEndpoint() ? model.getEndpoint().getModel() : model.getModel());
    }
    List<String> datasets = new ArrayList<>();
    run.getSpec().getData().getTrainList().forEach(source -> datasets.add(source.getPath()));
    if (run.getSummary().getIngest().hasDataset()) {
      datasets.add(run.getSummary().getIngest().getDataset().getSha256());
    }
    return new FilterSubject(
        run.getRunId(),
        run.getSpec().getName(),
        run.getSpec().getTeam(),
        List.copyOf(students),
        List.copyOf(datasets),
        run.getCreatedBy(),
        run.getOriginRunId(),
        run.getPhase(),
        run.getStagesCount() == 0
            ? Stage.STAGE_UNSPECIFIED
            : run.getStages(run.getStagesCount() - 1).getStage(),
        Timestamps.toMillis(run.getCreatedAt()),
        Map.copyOf(run.getLabelsMap()),
        RunActions.waitsForPerson(run));
  }
}
