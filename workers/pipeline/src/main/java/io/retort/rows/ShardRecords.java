package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.failure.Failures;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads the records of committed shards. */
public final class ShardRecords {
  /** Like {@link #open}, with all records in memory. */
  public static <R extends Message> List<R> read(
      Store store, String folderUri, Supplier<? extends Message.Builder> builders)
      throws IOException {
    List<R> records = new ArrayList<>();
    try (RowCursor<R> rows = open(store, folderUri, builders)) {
      for (R row = rows.next(); row != null; row = rows.next()) {
        records.add(row);
      }
    }
    return records;
  }

  /**
   * The records of a committed shard in the shard's order; their bytes are checked.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SHARD_MISSING if the shard is not
   *     committed
   */
  public static <R extends Message> RowCursor<R> open(
      Store store, String folderUri, Supplier<? extends Message.Builder> builders)
      throws IOException {
    Manifest manifest =
        Manifests.find(store, folderUri)
            .orElseThrow(
                () ->
                    Failures.platform(
                        "SHARD_MISSING", folderUri + " (expected: a committed shard)", null));
    ArtifactRef reference =
        ArtifactRef.newBuilder().setUri(Store.resolve(folderUri, Manifests.NAME)).build();
    return Manifests.openParts(store, reference, manifest, builders);
  }

  /**
   * Commits a manifest whose parts are the manifests of committed shards.
   *
   * @param folderUri folder that contains the shards' folders
   * @param shards URIs of the shards' folders, in order
   */
  public static ArtifactRef commit(Store store, String folderUri, List<String> shards)
      throws IOException {
    Manifest.Builder manifest = Manifest.newBuilder();
    for (String shard : shards) {
      ArtifactRef reference = Manifests.reference(store, shard);
      manifest.addParts(
          reference.toBuilder().setUri(reference.getUri().substring(folderUri.length() + 1)));
    }
    return Manifests.commit(store, folderUri, manifest.build());
  }

  /** Absolute references to the shard manifests of a manifest that {@link #commit} wrote. */
  public static List<ArtifactRef> shards(Store store, ArtifactRef records) throws IOException {
    String folder = Manifests.folder(records);
    return Manifests.read(store, records).getPartsList().stream()
        .map(part -> part.toBuilder().setUri(Store.resolve(folder, part.getUri())).build())
        .toList();
  }

  /**
   * The part of a shard.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SHARD_UNKNOWN
   */
  public static ArtifactRef part(Manifest manifest, int shard, String uri) {
    if (shard < 0 || shard >= manifest.getPartsCount()) {
      throw Failures.platform(
          "SHARD_UNKNOWN",
          uri + ": shard " + shard + " (expected: 0 to " + (manifest.getPartsCount() - 1) + ")",
          null);
    }
    return manifest.getParts(shard);
  }

  private ShardRecords() {}
}
