package io.retort.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.curation.CurationRecords;
import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationRecord;
import io.retort.v1.ExportChunk;
import io.retort.v1.Manifest;
import io.retort.v1.PreferencePair;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.ShardProgress;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One attempt at a run's export. Reads each row once and writes it in all layouts. Does not repeat
 * the finished work of earlier attempts.
 */
final class DatasetExport {
  private static final int ROWS_PER_HEARTBEAT = 500;

  private final Store store;
  private final Run run;
  private final RunSummary summary;
  private final RunLayout layout;
  private final int rowsInFile;
  private final ActivityExecutionContext activity;
  private final ExportRows rows;
  private final List<ArtifactRef> files = new ArrayList<>();
  private final TreeSet<String> models = new TreeSet<>();
  private final TreeSet<String> promptVersions = new TreeSet<>();
  private final ShardProgress.Builder progress = ShardProgress.newBuilder();
  private long read;

  DatasetExport(
      Store store, Run run, RunLayout layout, int rowsInFile, ActivityExecutionContext activity) {
    this.store = store;
    this.run = run;
    this.layout = layout;
    this.rowsInFile = rowsInFile;
    this.activity = activity;
    summary = run.getSummary();
    rows = new ExportRows(new StudentText(run.getSpec().getStudent()));
    progress.setTotal(
        summary.getCuration().getKept().getRows() + summary.getPairing().getPairs().getRows());
  }

  Manifest write() throws IOException {
    heartbeat();
    writeKind(samples(), sampleShards());
    if (hasPairs()) {
      writeKind(pairs(), pairShards());
    }
    writeText(
        "llama-factory/dataset_info.json",
        ExportRows.llamaFactoryIndex(hasPairs()).toPrettyString() + "\n");
    writeText(
        "README.md",
        DatasetCard.render(
            run,
            ExportActivitiesImpl.rows(files, ExportKind.SFT),
            ExportActivitiesImpl.rows(files, ExportKind.PAIRS),
            models,
            promptVersions));
    return Manifests.commitIfAbsent(
        store, layout.export(), Manifest.newBuilder().addAllParts(files).build());
  }

  private ExportKind<CurationRecord> samples() {
    return new ExportKind<>(
        ExportKind.SFT,
        ExportRows.SFT_COLUMNS,
        record -> record.getChain().isEmpty() ? Optional.empty() : Optional.of(rows.sft(record)),
        Map.of(ExportRows.CHAT_FOLDER, rows::messages),
        CurationRecord::getModelsList,
        CurationRecord::getPromptVersionsList);
  }

  private ExportKind<PreferencePair> pairs() {
    Map<String, Function<PreferencePair, ObjectNode>> lines = new LinkedHashMap<>();
    lines.put("llama-factory/" + ExportKind.PAIRS, rows::ranking);
    lines.put("ms-swift/" + ExportKind.PAIRS, rows::rejectedResponse);
    return new ExportKind<>(
        ExportKind.PAIRS,
        ExportRows.PAIR_COLUMNS,
        pair -> Optional.of(rows.pair(pair)),
        lines,
        pair -> pair.getModel().isEmpty() ? List.of() : List.of(pair.getModel()),
        pair -> pair.getModel().isEmpty() ? List.of() : List.of(pair.getPromptVersion()));
  }

  private List<ExportShard<CurationRecord>> sampleShards() throws IOException {
    List<ExportShard<CurationRecord>> shards = new ArrayList<>();
    for (ArtifactRef shard : CurationRecords.shards(store, layout.storeUri(), run)) {
      shards.add(
          consumer -> Manifests.forEachRow(store, shard, CurationRecord::newBuilder, consumer));
    }
    return shards;
  }

  private List<ExportShard<PreferencePair>> pairShards() throws IOException {
    ArtifactRef reference = summary.getPairing().getPairs();
    List<ExportShard<PreferencePair>> shards = new ArrayList<>();
    for (ArtifactRef part : Manifests.read(store, reference).getPartsList()) {
      shards.add(
          consumer ->
              Manifests.forEachRow(store, reference, part, PreferencePair::newBuilder, consumer));
    }
    return shards;
  }

  private boolean hasPairs() {
    return summary.getPairing().hasPairs();
  }

  private <R> void writeKind(ExportKind<R> kind, List<ExportShard<R>> shards) throws IOException {
    ExportChunks chunks = new ExportChunks(store, layout.exportChunks(), kind.name());
    chunks.finished().forEach(this::count);
    progress.setDone(progress.getDone() + ExportActivitiesImpl.rows(files, kind.name()));
    while (chunks.nextShard() < shards.size()) {
      ExportChunk chunk = writeChunk(kind, shards, chunks);
      chunks.add(chunk);
      count(chunk);
    }
  }

  private <R> ExportChunk writeChunk(
      ExportKind<R> kind, List<ExportShard<R>> shards, ExportChunks chunks) throws IOException {
    int parquetFiles =
        (int)
            files.stream()
                .filter(
                    file -> file.getUri().startsWith(ExportKind.parquetPrefix(kind.name()) + "-"))
                .count();
    try (ChunkWriter<R> writer =
        new ChunkWriter<>(
            store,
            layout.export(),
            kind,
            chunks.finished().size(),
            parquetFiles,
            rowsInFile,
            this::heartbeat)) {
      int shard = chunks.nextShard();
      while (shard < shards.size() && !writer.isFull()) {
        shards.get(shard).forEach(row -> add(writer, row));
        shard++;
      }
      return writer.finish(shard);
    }
  }

  private <R> void add(ChunkWriter<R> writer, R row) {
    try {
      if (writer.add(row)) {
        progress.setDone(progress.getDone() + 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Called for each row read, because only few of many rows may be kept.
    if (++read % ROWS_PER_HEARTBEAT == 0) {
      heartbeat();
    }
  }

  private void count(ExportChunk chunk) {
    files.addAll(chunk.getFilesList());
    models.addAll(chunk.getModelsList());
    promptVersions.addAll(chunk.getPromptVersionsList());
  }

  private void heartbeat() {
    activity.heartbeat(progress.build());
  }

  private void writeText(String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ArtifactRef file =
        store.write(Store.resolve(layout.export(), name), output -> output.write(bytes));
    files.add(file.toBuilder().setUri(name).build());
  }
}
