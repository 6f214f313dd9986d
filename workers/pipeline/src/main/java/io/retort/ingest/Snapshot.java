package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.samples.ChainLengths;
import io.retort.samples.Counts;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.IngestSummary;
import io.retort.v1.Manifest;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Commits the samples of a reader as a content-addressed data set.
 *
 * <p>The address hashes everything that the parts contain: the ordered sample ids with their files
 * and rows, the refusals, the filters, and the number of rows per shard. Because it is known only
 * at the end and the store cannot rename, the parts are kept in a {@link Spool} until then. Holds
 * one shard in memory.
 */
final class Snapshot {
  private static final String QUARANTINE = "quarantine.jsonl";
  private static final int ROWS_PER_HEARTBEAT = 1_000;

  private final Store store;
  private final String storeUri;
  private final int shardRows;
  private final Progress progress;

  /** Called every thousand rows and with every part; may throw to stop. */
  interface Progress {
    void rows(long rows);
  }

  Snapshot(Store store, String storeUri, int shardRows, Progress progress) {
    this.store = store;
    this.storeUri = storeUri;
    this.shardRows = shardRows;
    this.progress = progress;
  }

  /**
   * @param filters description of the reader's filters, for the address
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_EMPTY, and the reader's failures
   */
  IngestSummary write(SampleReader reader, String filters) throws IOException {
    return write(reader, filters, null);
  }

  /**
   * Like {@link #write(SampleReader, String)}, for a benchmark.
   *
   * @param content one of the reader's filters; verifies the rows before anything is written
   */
  IngestSummary write(SampleReader reader, String filters, @Nullable BenchmarkContent content)
      throws IOException {
    try (Spool spool = new Spool(shardRows)) {
      Survey survey = new Survey(spool, filters, content);
      reader.read(survey);
      spool.flush();
      if (content != null) {
        content.verify();
      }
      if (survey.rows == 0) {
        throw survey.empty();
      }
      ArtifactRef manifest = commit(spool, survey);
      IngestSummary.Builder summary =
          IngestSummary.newBuilder()
              .setDataset(manifest)
              .setRows(survey.rows)
              .setQuarantined(survey.quarantined)
              .addAllQuarantineReasons(survey.reasons.toList())
              .setShards(spool.parts());
      if (survey.quarantined > 0) {
        summary.setQuarantine(
            ArtifactRef.newBuilder()
                .setUri(Store.resolve(Manifests.folder(manifest), QUARANTINE))
                .setRows(survey.quarantined));
      }
      return summary.build();
    }
  }

  private ArtifactRef commit(Spool spool, Survey survey) throws IOException {
    String folder = Store.resolve(RunLayout.datasets(storeUri), survey.address);
    if (isWhole(folder)) {
      return Manifests.reference(store, folder);
    }
    Manifest.Builder manifest =
        Manifest.newBuilder().setMedianChainCharacters(survey.lengths.median());
    for (int part = 0; part < spool.parts(); part++) {
      int index = part;
      manifest.addParts(
          Manifests.writePart(
              store, folder, part, spool.rows(part), output -> spool.copyPart(index, output)));
      progress.rows(survey.rows + survey.quarantined);
    }
    if (survey.quarantined > 0) {
      store.write(Store.resolve(folder, QUARANTINE), spool::copyRefusals);
    }
    return Manifests.commit(store, folder, manifest.build());
  }

  /**
   * Whether the folder contains a data set with all its parts; an interrupted deletion may leave
   * some.
   */
  private boolean isWhole(String folder) throws IOException {
    Optional<Manifest> manifest = Manifests.find(store, folder);
    if (manifest.isEmpty()) {
      return false;
    }
    try {
      for (ArtifactRef part : manifest.get().getPartsList()) {
        progress.rows(0);
        if (store.size(Store.resolve(folder, part.getUri())) != part.getBytes()) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What is known only after reading. */
  private final class Survey implements SampleReader.Visitor {
    private final Spool spool;
    private final @Nullable BenchmarkContent content;
    private final Counts reasons = new Counts();
    private final ChainLengths lengths = new ChainLengths();
    private String address;
    private @Nullable QuarantinedRow firstRefusal;
    private long rows;
    private long quarantined;

    Survey(Spool spool, String filters, @Nullable BenchmarkContent content) {
      this.spool = spool;
      this.content = content;
      this.address = Hashes.sha256Hex("dataset-v2", String.valueOf(shardRows), filters);
    }

    @Override
    public void accept(Sample sample) throws IOException {
      address =
          Hashes.sha256Hex(
              address, sample.getId(), sample.getSource(), sample.getAnswerKind().name());
      if (sample.getRedacted() || !sample.getErrata().isEmpty()) {
        address =
            Hashes.sha256Hex(address, String.valueOf(sample.getRedacted()), sample.getErrata());
      }
      lengths.add(sample.getChain());
      spool.add(sample);
      rows++;
      report();
    }

    @Override
    public void refuse(String place, QuarantinedRow row) throws IOException {
      address = Hashes.sha256Hex(address, row.getReason(), place);
      reasons.add(row.getReason());
      firstRefusal = firstRefusal == null ? row : firstRefusal;
      if (content != null) {
        content.refused(row);
      }
      spool.add(row);
      quarantined++;
      report();
    }

    /** The refused rows are not stored, so that the message names the first. */
    RuntimeException empty() {
      String expected = " (expected: at least one good row)";
      QuarantinedRow first = firstRefusal;
      return Failures.user(
          "DATA_EMPTY",
          first == null
              ? "data: the files have no row" + expected
              : "data: no row is left of "
                  + quarantined
                  + ", refused by reason: "
                  + reasons
                  + ", the first at "
                  + first.getSource()
                  + ": "
                  + first.getMessage()
                  + expected);
    }

    private void report() {
      if ((rows + quarantined) % ROWS_PER_HEARTBEAT == 0) {
        progress.rows(rows + quarantined);
      }
    }
  }
}
