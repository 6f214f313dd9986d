package io.retort.export;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.curation.CurationRecords;
import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationRecord;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportDataResponse;
import io.retort.v1.ExportSummary;
import io.retort.v1.Manifest;
import io.retort.v1.PreferencePair;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.ShardProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Streams curation records and pairs into files, row by row. */
public final class ExportActivitiesImpl implements ExportActivities {
  private static final String SFT = "data/sft";
  private static final String PAIRS = "data/pairs";
  private static final int ROWS_IN_FILE = 100_000;
  private static final int ROWS_PER_HEARTBEAT = 500;

  private final Store store;
  private final int rowsInFile;

  public ExportActivitiesImpl(Store store) {
    this(store, ROWS_IN_FILE);
  }

  /**
   * @param rowsInFile most rows of one Parquet file
   */
  ExportActivitiesImpl(Store store, int rowsInFile) {
    this.store = store;
    this.rowsInFile = rowsInFile;
  }

  @Override
  public ExportDataResponse exportData(ExportDataRequest request) {
    RunLayout layout = new RunLayout(request.getStoreUri(), request.getRun().getRunId());
    try {
      Optional<Manifest> committed = Manifests.find(store, layout.export());
      Manifest manifest =
          committed.isPresent()
              ? committed.get()
              : new Export(
                      request.getRun(),
                      layout,
                      CurationRecords.shards(store, request.getStoreUri(), request.getRun()),
                      Activity.getExecutionContext())
                  .write();
      return ExportDataResponse.newBuilder()
          .setExport(
              summary(layout, manifest).toBuilder()
                  .setManifest(Manifests.reference(store, layout.export())))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (UncheckedIOException e) {
      throw StoreFailures.of(requireNonNull(e.getCause()));
    }
  }

  private static ExportSummary summary(RunLayout layout, Manifest manifest) {
    return ExportSummary.newBuilder()
        .setUri(layout.export())
        .setSamples(rows(manifest.getPartsList(), SFT))
        .setPairs(rows(manifest.getPartsList(), PAIRS))
        .build();
  }

  private static long rows(List<ArtifactRef> files, String prefix) {
    return files.stream()
        .filter(file -> file.getUri().startsWith(prefix + "-"))
        .mapToLong(ArtifactRef::getRows)
        .sum();
  }

  /** One attempt. */
  private final class Export {
    private final Run run;
    private final RunSummary summary;
    private final RunLayout layout;
    private final List<ArtifactRef> shards;
    private final ActivityExecutionContext activity;
    private final ExportRows rows;
    private final List<ArtifactRef> files = new ArrayList<>();
    private final Set<String> models = new TreeSet<>();
    private final Set<String> promptVersions = new TreeSet<>();
    private final ShardProgress.Builder progress = ShardProgress.newBuilder();
    private long read;

    Export(Run run, RunLayout layout, List<ArtifactRef> shards, ActivityExecutionContext activity) {
      this.run = run;
      this.shards = shards;
      this.summary = run.getSummary();
      this.layout = layout;
      this.activity = activity;
      this.rows = new ExportRows(new StudentText(run.getSpec().getStudent()));
      // Each row is written three times: as Parquet, for LLaMA-Factory and for ms-swift.
      progress.setTotal(
          3
              * (summary.getCuration().getKept().getRows()
                  + summary.getPairing().getPairs().getRows()));
    }

    Manifest write() throws IOException {
      heartbeat();
      writeSamples();
      writePairs();
      write(
          "llama-factory/dataset_info.json",
          ExportRows.llamaFactoryIndex(hasPairs()).toPrettyString() + "\n");
      write(
          "README.md",
          DatasetCard.render(
              run,
              ExportActivitiesImpl.rows(files, SFT),
              ExportActivitiesImpl.rows(files, PAIRS),
              models,
              promptVersions));
      return Manifests.commitIfAbsent(
          store, layout.export(), Manifest.newBuilder().addAllParts(files).build());
    }

    private void writeSamples() throws IOException {
      try (ParquetFiles parquet = parquet(SFT, ExportRows.SFT_COLUMNS)) {
        forEachSample(
            record -> {
              models.addAll(record.getModelsList());
              promptVersions.addAll(record.getPromptVersionsList());
              parquet.add(rows.sft(record));
            });
        files.addAll(parquet.finish());
      }
      writeLines("llama-factory/sft.jsonl", this::forEachSample, rows::messages);
      writeLines("ms-swift/sft.jsonl", this::forEachSample, rows::messages);
    }

    private void writePairs() throws IOException {
      if (!hasPairs()) {
        return;
      }
      try (ParquetFiles parquet = parquet(PAIRS, ExportRows.PAIR_COLUMNS)) {
        forEachPair(
            pair -> {
              if (!pair.getModel().isEmpty()) {
                models.add(pair.getModel());
                promptVersions.add(pair.getPromptVersion());
              }
              parquet.add(rows.pair(pair));
            });
        files.addAll(parquet.finish());
      }
      writeLines("llama-factory/pairs.jsonl", this::forEachPair, rows::ranking);
      writeLines("ms-swift/pairs.jsonl", this::forEachPair, rows::rejectedResponse);
    }

    private boolean hasPairs() {
      return summary.getPairing().hasPairs();
    }

    private ParquetFiles parquet(String prefix, Map<String, String> columns) throws IOException {
      return new ParquetFiles(store, layout.export(), prefix, columns, rowsInFile);
    }

    private void forEachSample(RowConsumer<CurationRecord> consumer) throws IOException {
      for (ArtifactRef shard : shards) {
        Manifests.<CurationRecord>forEachRow(
            store,
            shard,
            CurationRecord::newBuilder,
            record -> {
              tick();
              if (!record.getChain().isEmpty()) {
                accept(consumer, record);
              }
            });
      }
    }

    private void forEachPair(RowConsumer<PreferencePair> consumer) throws IOException {
      Manifests.<PreferencePair>forEachRow(
          store,
          summary.getPairing().getPairs(),
          PreferencePair::newBuilder,
          pair -> {
            tick();
            accept(consumer, pair);
          });
    }

    private <R> void accept(RowConsumer<R> consumer, R row) {
      try {
        consumer.accept(row);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      progress.setDone(progress.getDone() + 1);
    }

    /** For each row read: few of many may be kept. */
    private void tick() {
      if (++read % ROWS_PER_HEARTBEAT == 0) {
        heartbeat();
      }
    }

    private void heartbeat() {
      activity.heartbeat(progress.build());
    }

    private <R> void writeLines(String name, RowSource<R> source, Function<R, ObjectNode> layoutOf)
        throws IOException {
      long before = progress.getDone();
      ArtifactRef file =
          store.write(
              Store.resolve(layout.export(), name),
              output -> source.forEach(row -> writeLine(output, layoutOf.apply(row))));
      files.add(file.toBuilder().setUri(name).setRows(progress.getDone() - before).build());
    }

    private static void writeLine(OutputStream output, ObjectNode row) throws IOException {
      output.write((row + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      ArtifactRef file =
          store.write(Store.resolve(layout.export(), name), output -> output.write(bytes));
      files.add(file.toBuilder().setUri(name).build());
    }
  }

  @FunctionalInterface
  private interface RowConsumer<R> {
    void accept(R row) throws IOException;
  }

  @FunctionalInterface
  private interface RowSource<R> {
    void forEach(RowConsumer<R> consumer) throws IOException;
  }
}
