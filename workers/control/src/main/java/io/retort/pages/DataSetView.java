package io.retort.pages;

import io.retort.report.Figures;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.IngestSummary;
import io.retort.v1.Run;
import java.util.List;
import java.util.Optional;

/**
 * A data set as a run read it.
 *
 * @param name its first source, and how many there are besides
 * @param sources of the spec
 * @param run the newest run that used it
 * @param runs how many of the page used it
 * @param digest SHA-256 of the rows as they were read; empty while it is not known
 * @param figuresOf the run that the figures are from; empty without figures
 * @param rows that were read; empty while it is not known, as are the outcomes
 */
public record DataSetView(
    String name,
    List<String> sources,
    String run,
    String created,
    String createdMachine,
    PhaseView phase,
    int runs,
    String digest,
    String figuresOf,
    String rows,
    String refused,
    String retained,
    String improved,
    String rejected,
    String quarantined) {
  /**
   * @param using runs that used it, newest first; at least one
   * @param told the run that tells its figures
   */
  static DataSetView of(List<Run> using, Optional<Run> told) {
    Run newest = using.get(0);
    List<String> sources = sources(newest);
    IngestSummary ingest =
        told.map(run -> run.getSummary().getIngest()).orElse(IngestSummary.getDefaultInstance());
    CurationSummary curation =
        told.map(run -> run.getSummary().getCuration())
            .orElse(CurationSummary.getDefaultInstance());
    boolean read = ingest.getRows() > 0;
    boolean curated = curation.getRows() > 0;
    return new DataSetView(
        sources.get(0) + (sources.size() > 1 ? " and " + (sources.size() - 1) + " more" : ""),
        sources,
        newest.getRunId(),
        Times.shown(newest.getCreatedAt()),
        Times.machine(newest.getCreatedAt()),
        PhaseView.of(newest.getPhase()),
        using.size(),
        ingest.getDataset().getSha256(),
        read ? told.map(Run::getRunId).orElse("") : "",
        count(read, ingest.getRows()),
        count(read, ingest.getQuarantined()),
        count(curated, curation.getRetained()),
        count(curated, curation.getImproved()),
        count(curated, curation.getRejected()),
        count(curated, curation.getQuarantined()));
  }

  /** Of the training data, in the order of the spec. */
  static List<String> sources(Run run) {
    return run.getSpec().getData().getTrainList().stream()
        .map(DataSource::getPath)
        .filter(path -> !path.isEmpty())
        .toList();
  }

  private static String count(boolean known, long value) {
    return known ? Figures.count(value) : "";
  }
}
