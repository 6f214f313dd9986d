package io.retort.control;

import io.retort.annotation.RunLabels;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.trigger.TriggerLabel;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run carries for people, apart from its spec.
 *
 * @param createdBy empty for runs from before this was kept
 */
record RunTags(Map<String, String> labels, String note, String createdBy) {
  /** In characters. */
  static final int LONGEST_NOTE = 4000;

  RunTags {
    labels = Map.copyOf(labels);
  }

  static RunTags of(Run run) {
    return new RunTags(run.getLabelsMap(), run.getNote(), run.getCreatedBy());
  }

  /** Of the current caller. Throws INVALID_ARGUMENT with every violation. */
  static RunTags asked(Map<String, String> labels, String note) {
    List<SpecViolation> violations = new ArrayList<>(RunLabels.violations("labels", labels));
    if (note.length() > LONGEST_NOTE) {
      violations.add(
          new SpecViolation(
              "note", note.length() + " characters (expected: at most " + LONGEST_NOTE + ")"));
    }
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations);
    }
    return new RunTags(labels, note, Caller.current().name());
  }

  /**
   * Of a run that goes back to another: its labels, and those that replace them.
   *
   * @param origin empty where its record was deleted
   */
  static RunTags retrained(Optional<Run> origin, Map<String, String> labels, String note) {
    Map<String, String> all = new HashMap<>();
    origin.ifPresent(run -> all.putAll(run.getLabelsMap()));
    // Of the origin alone.
    all.remove(TriggerLabel.KEY);
    all.putAll(labels);
    return asked(all, note);
  }

  /** Whether a repeated request asks for the same, whoever repeats it. */
  boolean isSameRequest(RunTags other) {
    return labels.equals(other.labels) && note.equals(other.note);
  }

  Run.Builder addTo(Run.Builder run) {
    return run.putAllLabels(labels).setNote(note).setCreatedBy(createdBy);
  }

  RunRequest.Builder addTo(RunRequest.Builder request) {
    return request.putAllLabels(labels).setNote(note).setCreatedBy(createdBy);
  }
}
