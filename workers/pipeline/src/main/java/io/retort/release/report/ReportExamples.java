package io.retort.release.report;

import io.retort.curation.CurationRecords;
import io.retort.rows.ShardRecords;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.Gap;
import io.retort.v1.PreferencePair;
import io.retort.v1.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Example rows: what curation made of the first improved, retained and rejected samples, and one
 * pair of each gap.
 */
public record ReportExamples(List<CurationRecord> records, List<PreferencePair> pairs) {
  private static final int SHARDS_SEARCHED = 4;
  private static final Map<CurationOutcome, Integer> WANTED =
      Map.of(
          CurationOutcome.CURATION_OUTCOME_IMPROVED, 2,
          CurationOutcome.CURATION_OUTCOME_RETAINED, 1,
          CurationOutcome.CURATION_OUTCOME_REJECTED, 1);

  public ReportExamples {
    records = List.copyOf(records);
    pairs = List.copyOf(pairs);
  }

  public static ReportExamples none() {
    return new ReportExamples(List.of(), List.of());
  }

  /**
   * Reads the first shards of the run; has fewer examples where these hold no fitting rows.
   *
   * @param heartbeat called for each row
   */
  public static ReportExamples read(Store store, String storeUri, Run run, Runnable heartbeat)
      throws IOException {
    ArtifactRef pairs = run.getSummary().getPairing().getPairs();
    return new ReportExamples(
        readRecords(store, CurationRecords.shards(store, storeUri, run), heartbeat),
        pairs.getUri().isEmpty() ? List.of() : readPairs(store, pairs, heartbeat));
  }

  private static List<CurationRecord> readRecords(
      Store store, List<ArtifactRef> shards, Runnable heartbeat) throws IOException {
    Map<CurationOutcome, List<CurationRecord>> found = new EnumMap<>(CurationOutcome.class);
    for (ArtifactRef shard : shards.subList(0, Math.min(shards.size(), SHARDS_SEARCHED))) {
      try (RowCursor<CurationRecord> shardRecords =
          ShardRecords.open(store, Manifests.folder(shard), CurationRecord::newBuilder)) {
        for (CurationRecord record = shardRecords.next();
            record != null;
            record = shardRecords.next()) {
          heartbeat.run();
          List<CurationRecord> same =
              found.computeIfAbsent(record.getOutcome(), ignored -> new ArrayList<>());
          if (same.size() < WANTED.getOrDefault(record.getOutcome(), 0)) {
            same.add(record);
          }
        }
      }
    }
    List<CurationRecord> records = new ArrayList<>();
    for (CurationOutcome outcome :
        List.of(
            CurationOutcome.CURATION_OUTCOME_IMPROVED,
            CurationOutcome.CURATION_OUTCOME_RETAINED,
            CurationOutcome.CURATION_OUTCOME_REJECTED)) {
      records.addAll(found.getOrDefault(outcome, List.of()));
    }
    return records;
  }

  private static List<PreferencePair> readPairs(
      Store store, ArtifactRef manifest, Runnable heartbeat) throws IOException {
    Map<Gap, PreferencePair> found = new EnumMap<>(Gap.class);
    List<ArtifactRef> parts = Manifests.read(store, manifest).getPartsList();
    for (ArtifactRef part : parts.subList(0, Math.min(parts.size(), SHARDS_SEARCHED))) {
      try (RowCursor<PreferencePair> pairs =
          Manifests.openPart(store, manifest, part, PreferencePair::newBuilder)) {
        for (PreferencePair pair = pairs.next(); pair != null; pair = pairs.next()) {
          heartbeat.run();
          found.putIfAbsent(pair.getGap(), pair);
        }
      }
    }
    return List.copyOf(found.values());
  }
}
