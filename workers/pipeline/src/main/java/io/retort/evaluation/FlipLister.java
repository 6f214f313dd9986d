package io.retort.evaluation;

import io.retort.layout.RunLayout;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.FlipCount;
import io.retort.v1.FlipSummary;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Manifest;
import io.retort.v1.Run;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.VerdictFlip;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Lists the answers that two runs judge differently, model by model and benchmark by benchmark.
 * Only answers with the same text count: another text is another answer. Memory holds a hash and a
 * verdict of each answer of one model to one benchmark.
 */
final class FlipLister {
  private static final int SHOWN_FLIPS = 20;
  private static final int SHOWN_CHARACTERS = 200;

  private final Store store;
  private final String storeUri;
  private final Runnable alive;

  private record Place(String sampleId, int index) {}

  private record Verdict(String text, SampleOutcome outcome, String answer) {}

  /**
   * @param alive called while answers are read; what it throws ends that
   */
  FlipLister(Store store, String storeUri, Runnable alive) {
    this.store = store;
    this.storeUri = storeUri;
    this.alive = alive;
  }

  /** Writes every flip of the run against its origin, and returns what they add up to. */
  FlipSummary list(Run run) throws IOException {
    String before = maker(origin(run.getOriginRunId()));
    String after = maker(run);
    String folder = new RunLayout(storeUri, run.getRunId()).flips();
    FlipSummary.Builder summary = FlipSummary.newBuilder().setRunId(run.getOriginRunId());
    Manifest.Builder manifest = Manifest.newBuilder();
    for (Score score : run.getSummary().getScoresList()) {
      List<VerdictFlip> flips = flips(score, before, after, summary);
      if (!flips.isEmpty()) {
        ArtifactRef part = Manifests.writePart(store, folder, manifest.getPartsCount(), flips);
        manifest.addParts(part);
        count(flips, summary);
      }
    }
    if (manifest.getPartsCount() > 0) {
      summary.setFlips(Manifests.commit(store, folder, manifest.build()));
    }
    return summary.build();
  }

  private List<VerdictFlip> flips(
      Score score, String before, String after, FlipSummary.Builder summary) throws IOException {
    Map<Place, Verdict> earlier = new HashMap<>();
    forEach(before, score, sample -> earlier.put(place(sample), verdict(sample)));
    List<VerdictFlip> flips = new ArrayList<>();
    forEach(
        after,
        score,
        sample -> {
          Verdict was = earlier.get(place(sample));
          Verdict is = verdict(sample);
          if (was == null || !was.text().equals(is.text())) {
            summary.setNotCompared(summary.getNotCompared() + 1);
            return;
          }
          summary.setCompared(summary.getCompared() + 1);
          if (was.outcome() != is.outcome()) {
            flips.add(flip(score, sample, was, is));
          }
        });
    return flips;
  }

  /** Does nothing where the run has no answers of the model to the benchmark. */
  private void forEach(String runId, Score score, Consumer<GeneratedSample> consumer)
      throws IOException {
    String folder =
        new RunLayout(storeUri, runId).evaluation(score.getModel(), score.getBenchmark());
    ArtifactRef samples;
    try {
      samples = Manifests.reference(store, folder);
    } catch (NoSuchFileException e) {
      return;
    }
    Manifests.<GeneratedSample>forEachRow(
        store,
        samples,
        GeneratedSample::newBuilder,
        sample -> {
          alive.run();
          consumer.accept(sample);
        });
  }

  private static Place place(GeneratedSample sample) {
    return new Place(sample.getSampleId(), sample.getIndex());
  }

  private static Verdict verdict(GeneratedSample sample) {
    return new Verdict(
        Hashes.sha256Hex(sample.getText()), Outcomes.of(sample), shown(sample.getAnswer()));
  }

  private static VerdictFlip flip(Score score, GeneratedSample sample, Verdict was, Verdict is) {
    VerdictFlip.Builder flip =
        VerdictFlip.newBuilder()
            .setModel(score.getModel())
            .setBenchmark(score.getBenchmark())
            .setSampleId(sample.getSampleId())
            .setIndex(sample.getIndex())
            .setBefore(was.outcome())
            .setAfter(is.outcome());
    return score.getRedacted() || sample.getRedacted()
        ? flip.build()
        : flip.setAnswerBefore(was.answer()).setAnswerAfter(is.answer()).build();
  }

  private static void count(List<VerdictFlip> flips, FlipSummary.Builder summary) {
    Map<SampleOutcome, Map<SampleOutcome, FlipCount.Builder>> counts = new TreeMap<>();
    for (VerdictFlip flip : flips) {
      FlipCount.Builder count =
          counts
              .computeIfAbsent(flip.getBefore(), before -> new TreeMap<>())
              .computeIfAbsent(
                  flip.getAfter(),
                  after ->
                      FlipCount.newBuilder()
                          .setModel(flip.getModel())
                          .setBenchmark(flip.getBenchmark())
                          .setBefore(flip.getBefore())
                          .setAfter(after));
      count.setCount(count.getCount() + 1);
    }
    counts.values().forEach(after -> after.values().forEach(summary::addCounts));
    summary.setFlipped(summary.getFlipped() + flips.size());
    flips.stream().limit(SHOWN_FLIPS - summary.getFirstCount()).forEach(summary::addFirst);
  }

  private static String shown(String answer) {
    int most = Math.min(SHOWN_CHARACTERS, answer.length());
    // Not in the middle of a character of two units.
    int end =
        most < answer.length() && Character.isLowSurrogate(answer.charAt(most)) ? most - 1 : most;
    return answer.substring(0, end);
  }

  private Run origin(String runId) throws IOException {
    String uri = new RunLayout(storeUri, runId).record();
    return StoredMessages.read(store, uri, Run.getDefaultInstance())
        .orElseGet(() -> Run.newBuilder().setRunId(runId).build());
  }

  /** Id of the run whose folder has the answers: another's where the evaluation was reused. */
  private static String maker(Run run) {
    return run.getStagesList().stream()
        .filter(stage -> stage.getStage() == Stage.STAGE_EVALUATE)
        .map(StageProgress::getMadeByRunId)
        .filter(maker -> !maker.isEmpty())
        .findFirst()
        .orElse(run.getRunId());
  }
}
