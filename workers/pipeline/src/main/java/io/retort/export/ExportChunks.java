package io.retort.export;

import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ExportChunk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The finished parts of an export for one kind of rows: objects {@code <kind>-00000.json}, {@code
 * <kind>-00001.json}, ..., each written after the files that it names.
 */
final class ExportChunks {
  private final Store store;
  private final String folderUri;
  private final String kind;
  private final List<ExportChunk> finished = new ArrayList<>();

  /** Reads the finished chunks of earlier attempts. */
  ExportChunks(Store store, String folderUri, String kind) throws IOException {
    this.store = store;
    this.folderUri = folderUri;
    this.kind = kind;
    for (Optional<ExportChunk> next = find(0); next.isPresent(); next = find(finished.size())) {
      finished.add(next.get());
    }
  }

  List<ExportChunk> finished() {
    return List.copyOf(finished);
  }

  /** Number of the first shard that is not in a chunk. */
  int nextShard() {
    return finished.isEmpty() ? 0 : finished.get(finished.size() - 1).getNextShard();
  }

  void add(ExportChunk chunk) throws IOException {
    byte[] json = StoredMessages.bytes(chunk);
    store.write(uri(finished.size()), output -> output.write(json));
    finished.add(chunk);
  }

  private Optional<ExportChunk> find(int number) throws IOException {
    try {
      return StoredMessages.read(store, uri(number), ExportChunk.getDefaultInstance());
    } catch (CorruptArtifactException e) {
      // This chunk and all later ones are written again.
      return Optional.empty();
    }
  }

  private String uri(int number) {
    return Store.resolve(folderUri, String.format(Locale.ROOT, "%s-%05d.json", kind, number));
  }
}
