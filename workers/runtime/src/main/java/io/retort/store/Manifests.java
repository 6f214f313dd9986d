package io.retort.store;

import com.google.protobuf.Message;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Folders of parts, which are committed by writing their manifest last. */
public final class Manifests {
  public static final String NAME = "manifest.json";
  private static final int SCHEMA_VERSION = 1;

  /** Name of the part with the 0-based {@code index}: {@code part-00007.jsonl.zst}. */
  public static String partName(int index) {
    return String.format(Locale.ROOT, "part-%05d.jsonl.zst", index);
  }

  /** Writes one part; the reference's URI is relative to the folder. */
  public static ArtifactRef writePart(
      Store store, String folderUri, int index, List<? extends Message> rows) throws IOException {
    return writePart(store, folderUri, index, rows.size(), Rows.content(rows));
  }

  /** Writes one part with the given content; the reference's URI is relative to the folder. */
  public static ArtifactRef writePart(
      Store store, String folderUri, int index, long rows, Store.Content content)
      throws IOException {
    return writePart(store, folderUri, partName(index), rows, content);
  }

  /**
   * Writes one part under the given name, for folders that two writers may write to at once; the
   * reference's URI is relative to the folder.
   */
  public static ArtifactRef writePart(
      Store store, String folderUri, String name, long rows, Store.Content content)
      throws IOException {
    ArtifactRef written = store.write(Store.resolve(folderUri, name), content);
    return written.toBuilder().setUri(name).setRows(rows).build();
  }

  /**
   * Commits the folder if it is not committed yet. Returns the effective manifest, which is another
   * writer's if that writer committed first.
   */
  public static Manifest commitIfAbsent(Store store, String folderUri, Manifest manifest)
      throws IOException {
    Manifest complete = complete(manifest);
    byte[] json = ProtoJson.print(complete).getBytes(StandardCharsets.UTF_8);
    String uri = Store.resolve(folderUri, NAME);
    if (store.writeIfAbsent(uri, output -> output.write(json))) {
      return complete;
    }
    return find(store, folderUri)
        .orElseThrow(() -> new NoSuchFileException(uri, null, "deleted while it was committed"));
  }

  /**
   * The reference of a committed folder's manifest.
   *
   * @throws NoSuchFileException when the folder is not committed
   */
  public static ArtifactRef reference(Store store, String folderUri) throws IOException {
    String uri = Store.resolve(folderUri, NAME);
    try (InputStream input = store.read(uri)) {
      byte[] json = input.readAllBytes();
      return ArtifactRef.newBuilder()
          .setUri(uri)
          .setSha256(HexFormat.of().formatHex(Hashes.sha256().digest(json)))
          .setBytes(json.length)
          .setRows(parse(json, uri).getRows())
          .build();
    }
  }

  /** Commits the folder; returns the reference of the manifest, with the rows of all parts. */
  public static ArtifactRef commit(Store store, String folderUri, Manifest manifest)
      throws IOException {
    Manifest complete = complete(manifest);
    byte[] json = ProtoJson.print(complete).getBytes(StandardCharsets.UTF_8);
    ArtifactRef written = store.write(Store.resolve(folderUri, NAME), output -> output.write(json));
    return written.toBuilder().setRows(complete.getRows()).build();
  }

  /** The manifest of a folder; empty if the folder is not committed. */
  public static Optional<Manifest> find(Store store, String folderUri) throws IOException {
    try (InputStream input = store.read(Store.resolve(folderUri, NAME))) {
      return Optional.of(parse(input.readAllBytes(), Store.resolve(folderUri, NAME)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads a manifest and checks it against the reference's hash.
   *
   * @throws CorruptArtifactException if the bytes do not match the reference
   */
  public static Manifest read(Store store, ArtifactRef reference) throws IOException {
    return parse(
        readVerified(store, reference.getUri(), reference.getSha256()), reference.getUri());
  }

  /** Reads the rows of one part, after checking its bytes against the manifest. */
  public static <M extends Message> List<M> readPart(
      Store store,
      ArtifactRef manifest,
      ArtifactRef part,
      Supplier<? extends Message.Builder> builders)
      throws IOException {
    return Rows.readAll(store, verifiedPart(store, manifest, part), builders);
  }

  /** The rows of one part, in order. Checks its bytes against the manifest first. */
  public static <M extends Message> RowCursor<M> openPart(
      Store store,
      ArtifactRef manifest,
      ArtifactRef part,
      Supplier<? extends Message.Builder> builders)
      throws IOException {
    return Rows.cursor(store, verifiedPart(store, manifest, part), builders);
  }

  /** The rows of all parts, in order. Checks the bytes of each part before reading it. */
  public static <M extends Message> RowCursor<M> openParts(
      Store store,
      ArtifactRef reference,
      Manifest manifest,
      Supplier<? extends Message.Builder> builders) {
    return new PartsCursor<>(
        manifest.getPartsList().iterator(),
        part -> Manifests.<M>openPart(store, reference, part, builders));
  }

  /**
   * Streams the rows of all parts to {@code consumer}, in order, after checking the bytes of the
   * manifest and of each part. Memory holds one row.
   *
   * @throws CorruptArtifactException if bytes or row counts do not match the manifest
   */
  public static <M extends Message> void forEachRow(
      Store store,
      ArtifactRef manifest,
      Supplier<? extends Message.Builder> builders,
      Consumer<M> consumer)
      throws IOException {
    for (ArtifactRef part : read(store, manifest).getPartsList()) {
      forEachRow(store, manifest, part, builders, consumer);
    }
  }

  /**
   * Streams the rows of one part to {@code consumer}, in order, after checking its bytes against
   * the manifest.
   *
   * @throws CorruptArtifactException if bytes or row count do not match the manifest
   */
  public static <M extends Message> void forEachRow(
      Store store,
      ArtifactRef manifest,
      ArtifactRef part,
      Supplier<? extends Message.Builder> builders,
      Consumer<M> consumer)
      throws IOException {
    String uri = verifiedPart(store, manifest, part);
    AtomicLong rows = new AtomicLong();
    Rows.<M>forEach(
        store,
        uri,
        builders,
        row -> {
          rows.incrementAndGet();
          consumer.accept(row);
        });
    if (rows.get() != part.getRows()) {
      throw new CorruptArtifactException(
          uri + ": " + rows + " rows (expected: " + part.getRows() + ")");
    }
  }

  /** URI of the folder that a manifest commits. */
  public static String folder(ArtifactRef manifest) {
    return manifest.getUri().substring(0, manifest.getUri().lastIndexOf('/'));
  }

  private static String verifiedPart(Store store, ArtifactRef manifest, ArtifactRef part)
      throws IOException {
    String uri = Store.resolve(folder(manifest), part.getUri());
    check(uri, part.getSha256(), Hashes.sha256Hex(store, uri));
    return uri;
  }

  private static Manifest complete(Manifest manifest) {
    long rows = manifest.getPartsList().stream().mapToLong(ArtifactRef::getRows).sum();
    return manifest.toBuilder().setSchemaVersion(SCHEMA_VERSION).setRows(rows).build();
  }

  private static byte[] readVerified(Store store, String uri, String sha256) throws IOException {
    try (InputStream input = store.read(uri)) {
      byte[] bytes = input.readAllBytes();
      check(uri, sha256, HexFormat.of().formatHex(Hashes.sha256().digest(bytes)));
      return bytes;
    }
  }

  private static void check(String uri, String expected, String actual)
      throws CorruptArtifactException {
    if (!expected.equals(actual)) {
      throw new CorruptArtifactException(
          uri + ": sha256 " + actual + " (expected: " + expected + ")");
    }
  }

  private static Manifest parse(byte[] json, String uri) throws IOException {
    Manifest manifest = StoredMessages.parse(json, Manifest.getDefaultInstance(), uri);
    if (manifest.getSchemaVersion() != SCHEMA_VERSION) {
      throw new CorruptArtifactException(
          uri
              + ": schema_version: "
              + manifest.getSchemaVersion()
              + " (expected: "
              + SCHEMA_VERSION
              + ")");
    }
    return manifest;
  }

  private Manifests() {}
}
