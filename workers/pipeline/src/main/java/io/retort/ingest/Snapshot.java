package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.run.RunLayout;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Count;
import io.retort.v1.DataSource;
import io.retort.v1.IngestSummary;
import io.retort.v1.Manifest;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.retort.worker.ProtoJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Commits sources as a content-addressed data set.
 *
 * <p>The store has no rename, and memory holds one shard: so a first pass finds the address, a
 * second one writes the shards, and, only where rows were refused, a third one the quarantine. The
 * address hashes the ordered sample ids with their file names and lines, the refusals, and the rows
 * of a shard: all that the parts hold.
 */
final class Snapshot {
  private static final String QUARANTINE = "quarantine.jsonl";
  private static final int ROWS_PER_HEARTBEAT = 1_000;

  private final Store store;
  private final String storeUri;
  private final SampleReader reader;
  private final int shardRows;
  private final Progress progress;

  /** Called every thousand rows of each pass; may throw to stop. */
  interface Progress {
    void rows(long rows);
  }

  Snapshot(
      Store store, String storeUri, List<DataSource> sources, int shardRows, Progress progress) {
    this.store = store;
    this.storeUri = storeUri;
    this.reader = new SampleReader(sources);
    this.shardRows = shardRows;
    this.progress = progress;
  }

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORMAT_UNKNOWN,
   *     USER/DATA_EMPTY
   */
  IngestSummary write() throws IOException {
    Survey survey = new Survey(shardRows, progress);
    reader.read(survey);
    if (survey.rows == 0) {
      throw Failures.user(
          "DATA_EMPTY",
          "data: no row is left of "
              + survey.quarantined
              + ", refused by reason: "
              + survey.reasons
              + " (expected: at least one good row)");
    }
    String folder = Store.resolve(RunLayout.datasets(storeUri), survey.address());
    ArtifactRef manifest = commit(folder, survey);
    return IngestSummary.newBuilder()
        .setDataset(manifest)
        .setRows(survey.rows)
        .setQuarantined(survey.quarantined)
        .addAllQuarantineReasons(
            survey.reasons.entrySet().stream()
                .map(
                    entry ->
                        Count.newBuilder()
                            .setName(entry.getKey())
                            .setCount(entry.getValue())
                            .build())
                .toList())
        .setShards(Math.toIntExact((survey.rows + shardRows - 1) / shardRows))
        .build();
  }

  private ArtifactRef commit(String folder, Survey survey) throws IOException {
    ShardWriter writer = new ShardWriter(folder);
    if (!store.exists(Store.resolve(folder, Manifests.NAME))) {
      reader.read(writer);
      writer.flush();
      if (!writer.survey.address().equals(survey.address())) {
        throw Failures.platform(
            "DATA_CHANGED",
            "data: a source changed while it was read (expected: stable files)",
            null);
      }
      if (survey.quarantined > 0) {
        writeQuarantine(folder);
      }
      return Manifests.commit(
          store,
          folder,
          Manifest.newBuilder()
              .addAllParts(writer.parts)
              .setMedianChainCharacters(survey.lengths.median())
              .build());
    }
    return Manifests.reference(store, folder);
  }

  private void writeQuarantine(String folder) throws IOException {
    store.write(
        Store.resolve(folder, QUARANTINE),
        output ->
            reader.read(
                new SampleReader.Visitor() {
                  @Override
                  public void accept(Sample sample) {}

                  @Override
                  public void refuse(QuarantinedRow row) throws IOException {
                    output.write(ProtoJson.print(row).getBytes(StandardCharsets.UTF_8));
                    output.write('\n');
                  }
                }));
  }

  /** What a first pass learns. */
  private static final class Survey implements SampleReader.Visitor {
    private final Map<String, Long> reasons = new TreeMap<>();
    private final ChainLengths lengths = new ChainLengths();
    private final Progress progress;
    private String chained;
    private long rows;
    private long quarantined;

    Survey(int shardRows, Progress progress) {
      this.progress = progress;
      this.chained = Hashes.sha256Hex("dataset-v1", String.valueOf(shardRows));
    }

    @Override
    public void accept(Sample sample) {
      chained = Hashes.sha256Hex(chained, sample.getId(), sample.getSource());
      lengths.add(sample.getChain());
      rows++;
      report();
    }

    @Override
    public void refuse(QuarantinedRow row) {
      String line = row.getSource().substring(row.getSource().lastIndexOf(':'));
      chained = Hashes.sha256Hex(chained, row.getReason(), line);
      reasons.merge(row.getReason(), 1L, Long::sum);
      quarantined++;
      report();
    }

    String address() {
      return chained;
    }

    private void report() {
      if ((rows + quarantined) % ROWS_PER_HEARTBEAT == 0) {
        progress.rows(rows + quarantined);
      }
    }
  }

  /** Writes each shard as soon as it is full. */
  private final class ShardWriter implements SampleReader.Visitor {
    private final String folder;
    private final Survey survey = new Survey(shardRows, progress);
    private final List<ArtifactRef> parts = new ArrayList<>();
    private final List<Sample> shard = new ArrayList<>();

    ShardWriter(String folder) {
      this.folder = folder;
    }

    @Override
    public void accept(Sample sample) throws IOException {
      survey.accept(sample);
      shard.add(sample);
      if (shard.size() == shardRows) {
        flush();
      }
    }

    @Override
    public void refuse(QuarantinedRow row) {
      survey.refuse(row);
    }

    void flush() throws IOException {
      if (!shard.isEmpty()) {
        parts.add(Manifests.writePart(store, folder, parts.size(), shard));
        shard.clear();
      }
    }
  }
}
