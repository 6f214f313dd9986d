package io.retort.curation;

import io.retort.failure.Failures;
import io.retort.rows.JudgeSettings;
import io.retort.store.Locations;
import io.retort.v1.CurationSpec;
import io.retort.v1.DifficultySignal;
import io.retort.v1.FollowSpec;
import io.retort.v1.RunSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * All that decides the records of curation, besides the sample itself.
 *
 * @param student location of the student's folder, for its tokenizer
 * @param medianChainCharacters of the data set: what is shorter counts as SIMPLE where only the
 *     follow rate speaks
 */
record CurationSettings(
    JudgeSettings judge,
    DifficultySignal signal,
    int maxRounds,
    boolean llmValidation,
    String studentEndpoint,
    int followSamples,
    double followThreshold,
    int followMaxTokens,
    boolean ratings,
    SelectionLimits select,
    String student,
    long medianChainCharacters) {
  /**
   * @param spec with every default filled in
   * @throws io.temporal.failure.ApplicationFailure USER/STUDENT_ENDPOINT_MISSING when the follow
   *     rate is to decide and nothing serves the student
   */
  static CurationSettings of(RunSpec spec, long medianChainCharacters) {
    CurationSpec curation = spec.getCuration();
    FollowSpec follow = curation.getFollow();
    CurationSettings settings =
        new CurationSettings(
            JudgeSettings.of(spec),
            curation.getDifficulty(),
            curation.getMaxRounds(),
            curation.getLlmValidation(),
            spec.getStudent().getEndpoint(),
            follow.getSamples(),
            follow.getThreshold(),
            follow.getMaxTokens(),
            curation.getRatings(),
            SelectionLimits.of(curation.getSelect()),
            spec.getStudent().getModel(),
            medianChainCharacters);
    if (settings.measures() && settings.studentEndpoint().isEmpty()) {
      throw Failures.user(
          "STUDENT_ENDPOINT_MISSING",
          "student.endpoint: not set (expected: the endpoint that serves the student, because"
              + " curation.difficulty is "
              + settings.signal()
              + ")");
    }
    return settings;
  }

  /** The student's folder, empty where it is not on a file system that this process sees. */
  Optional<Path> studentFolder() {
    return Locations.path(student).filter(Files::isDirectory);
  }

  /** Whether the follow rate is measured. */
  boolean measures() {
    return measures(signal);
  }

  /** Whether a signal needs the follow rate. */
  static boolean measures(DifficultySignal signal) {
    return switch (signal) {
      case DIFFICULTY_SIGNAL_MEASURED, DIFFICULTY_SIGNAL_BOTH -> true;
      case DIFFICULTY_SIGNAL_JUDGE, DIFFICULTY_SIGNAL_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }
}
