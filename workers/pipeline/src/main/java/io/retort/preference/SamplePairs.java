package io.retort.preference;

import io.retort.store.Hashes;
import io.retort.v1.AnswerKind;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Gap;
import io.retort.v1.PreferencePair;
import io.retort.v1.Sample;
import java.util.ArrayList;
import java.util.List;

/** The pairs of one sample, and why others were refused. */
final class SamplePairs {
  private final PairingSettings settings;
  private final Sample sample;
  private final List<PreferencePair> pairs = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  SamplePairs(PairingSettings settings, Sample sample) {
    this.settings = settings;
    this.sample = sample;
  }

  List<PreferencePair> pairs() {
    return pairs;
  }

  /** Stable names, in the order of the attempts. */
  List<String> refusals() {
    return refusals;
  }

  /** Whether the sample has as many pairs as a problem may have. */
  boolean isFull() {
    return pairs.size() >= settings.maxPairs();
  }

  void refuse(Refusal reason) {
    refuse(reason.name());
  }

  void refuse(String reason) {
    refusals.add(reason);
  }

  /** Takes a pair unless {@link #isRefused}; a SMALL gap may be of any magnitude. */
  boolean add(Gap gap, String chosen, Corruption rejected, Origin origin) {
    boolean corrupted = rejected.kind() != CorruptionKind.CORRUPTION_KIND_UNSPECIFIED;
    if (corrupted ? isRefused(chosen, rejected) : isIdentical(chosen, rejected)) {
      return false;
    }
    pairs.add(
        PreferencePair.newBuilder()
            .setId(Hashes.sha256Hex(sample.getId(), gap.name(), chosen, rejected.chain()))
            .setSampleId(sample.getId())
            .setProblem(sample.getProblem())
            .setAnswer(sample.getAnswer())
            .setChosen(chosen)
            .setChosenAnswer(sample.getAnswer())
            .setRejected(rejected.chain())
            .setRejectedAnswer(rejected.answer())
            .setGap(gap)
            .setBeta(settings.beta(gap))
            .setCorruption(rejected.kind())
            .setCorrupter(origin.corrupter())
            .setMagnitude(magnitude(chosen, rejected))
            .setProcessLevel(corrupted && rejected.answer().equals(sample.getAnswer()))
            .setModel(origin.model())
            .setPromptVersion(origin.promptVersion())
            .setAnswerKind(sample.getAnswerKind())
            .build());
    return true;
  }

  /**
   * Whether nothing is left of it, or the sides are the same, or differ by less or more than the
   * spec allows.
   */
  boolean isRefused(String chosen, Corruption rejected) {
    if (rejected.chain().isBlank()) {
      refuse(Refusal.CORRUPTION_EMPTY);
      return true;
    }
    if (isIdentical(chosen, rejected)) {
      return true;
    }
    double magnitude = magnitude(chosen, rejected);
    if (magnitude < settings.minMagnitude()) {
      refuse(Refusal.MAGNITUDE_TOO_SMALL);
    } else if (magnitude > settings.maxMagnitude()) {
      refuse(Refusal.MAGNITUDE_TOO_LARGE);
    } else {
      return false;
    }
    return true;
  }

  /** Sides that differ in blanks alone are the same. */
  private boolean isIdentical(String chosen, Corruption rejected) {
    boolean same = magnitude(chosen, rejected) == 0;
    if (same) {
      refuse(Refusal.IDENTICAL);
    }
    return same;
  }

  private double magnitude(String chosen, Corruption rejected) {
    return sample.getAnswerKind() == AnswerKind.ANSWER_KIND_CODE
        ? WordDistance.share(
            chosen + "\n" + sample.getAnswer(), rejected.chain() + "\n" + rejected.answer())
        : WordDistance.share(chosen, rejected.chain());
  }
}
