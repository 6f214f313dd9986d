package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.layout.RunLayout;
import io.retort.report.Figures;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.Manifest;
import io.retort.v1.Run;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What curation made of some samples, from the first part of the run's records in the store. */
final class RunSamples {
  /** A part of more bytes is not read for a page. */
  private static final long LARGEST_PART = 64L << 20;

  private static final int ROWS_SEARCHED = 5_000;
  private static final Map<CurationOutcome, Integer> WANTED =
      Map.of(
          CurationOutcome.CURATION_OUTCOME_IMPROVED, 6,
          CurationOutcome.CURATION_OUTCOME_REJECTED, 3,
          CurationOutcome.CURATION_OUTCOME_RETAINED, 2,
          CurationOutcome.CURATION_OUTCOME_QUARANTINED, 2);

  private final Store store;
  private final String storeUri;
  private final RunPages runs;

  RunSamples(Store store, String storeUri, RunPages runs) {
    this.store = store;
    this.storeUri = storeUri;
    this.runs = runs;
  }

  HttpResponse show(PageRequest request) {
    Run run = runs.run(request);
    try {
      return request.page("samples", samples(run));
    } catch (NoSuchFileException e) {
      return request.page(
          "samples",
          SampleListView.missing(
              run.getRunId(),
              "The curated samples of the run are no longer in the store. retort store sweep deletes"
                  + " those of old runs."));
    } catch (IOException e) {
      throw new PageException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "The samples cannot be read: " + e.getMessage() + " (try again).");
    }
  }

  private SampleListView samples(Run run) throws IOException {
    Optional<ArtifactRef> shard = firstShard(run);
    if (shard.isEmpty()) {
      return SampleListView.of(run.getRunId(), List.of());
    }
    Manifest manifest = Manifests.read(store, shard.get());
    if (manifest.getPartsCount() == 0) {
      return SampleListView.of(run.getRunId(), List.of());
    }
    if (manifest.getParts(0).getBytes() > LARGEST_PART) {
      return SampleListView.missing(
          run.getRunId(),
          "The first file of samples has "
              // Rounded up: it is never shown as the bound that it exceeds.
              + Figures.mebibytes(manifest.getParts(0).getBytes() + (1 << 19) - 1)
              + ", more than a page reads (at most "
              + Figures.mebibytes(LARGEST_PART)
              + "). They are in "
              + Manifests.folder(shard.get())
              + ".");
    }
    Map<CurationOutcome, List<CurationRecord>> found = new EnumMap<>(CurationOutcome.class);
    try (RowCursor<CurationRecord> rows =
        Manifests.openPart(store, shard.get(), manifest.getParts(0), CurationRecord::newBuilder)) {
      CurationRecord row = rows.next();
      for (int read = 1; row != null && read < ROWS_SEARCHED; read++) {
        List<CurationRecord> same =
            found.computeIfAbsent(row.getOutcome(), outcome -> new ArrayList<>());
        if (same.size() < WANTED.getOrDefault(row.getOutcome(), 0)
            && !row.getSample().getRedacted()) {
          same.add(row);
        }
        row = rows.next();
      }
    }
    List<CurationRecord> samples = new ArrayList<>();
    for (CurationOutcome outcome :
        List.of(
            CurationOutcome.CURATION_OUTCOME_IMPROVED,
            CurationOutcome.CURATION_OUTCOME_REJECTED,
            CurationOutcome.CURATION_OUTCOME_RETAINED,
            CurationOutcome.CURATION_OUTCOME_QUARANTINED)) {
      samples.addAll(found.getOrDefault(outcome, List.of()));
    }
    return SampleListView.of(run.getRunId(), samples);
  }

  /** Of the run, or of the run whose curation it reuses; a record names nothing else. */
  private Optional<ArtifactRef> firstShard(Run run) throws IOException {
    ArtifactRef records = run.getSummary().getCuration().getRecords();
    if (records.getUri().isEmpty()) {
      String folder = new RunLayout(storeUri, run.getRunId()).curationShard(0);
      return Manifests.find(store, folder).isPresent()
          ? Optional.of(Manifests.reference(store, folder))
          : Optional.empty();
    }
    String folder = Manifests.folder(records);
    if (!isOfRun(folder)) {
      return Optional.empty();
    }
    Manifest shards = Manifests.read(store, records);
    if (shards.getPartsCount() == 0) {
      return Optional.empty();
    }
    ArtifactRef first = shards.getParts(0);
    String uri = Store.resolve(folder, first.getUri());
    return isOfRun(uri) ? Optional.of(first.toBuilder().setUri(uri).build()) : Optional.empty();
  }

  private boolean isOfRun(String uri) {
    return uri.startsWith(RunLayout.runs(storeUri) + "/") && !uri.contains("..");
  }
}
