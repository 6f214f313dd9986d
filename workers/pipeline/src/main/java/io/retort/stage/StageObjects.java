package io.retort.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of a stage's artifacts: the artifacts themselves, the objects that manifests ({@code
 * manifest.json}) name, and the files whose hashes are listed in {@code COMPLETE.json} of a
 * checkpoint or {@code provenance.json} of a version.
 */
final class StageObjects {
  /** Larger objects are verified by size only; their reader verifies their bytes. */
  static final long LARGEST_HASHED = 1 << 20;

  private static final List<String> FILE_HASHES = List.of("COMPLETE.json", "provenance.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Store store;
  private final Runnable alive;

  /**
   * @param alive called between objects and while large ones are read; ends the work by throwing
   */
  StageObjects(Store store, Runnable alive) {
    this.store = store;
    this.alive = alive;
  }

  /**
   * All objects with absolute URIs, hashes and sizes.
   *
   * @throws CorruptArtifactException if an object is missing or does not match its manifest
   */
  List<ArtifactRef> of(List<ArtifactRef> artifacts) throws IOException {
    List<ArtifactRef> objects = new ArrayList<>();
    for (ArtifactRef artifact : artifacts) {
      add(artifact, objects);
    }
    return objects;
  }

  /** Describes missing or changed objects; empty if there are none. */
  Optional<String> defect(List<ArtifactRef> objects) throws IOException {
    for (ArtifactRef object : objects) {
      alive.run();
      try {
        long size = store.size(object.getUri());
        if (size != object.getBytes()) {
          return Optional.of(
              object.getUri() + ": " + size + " bytes (expected: " + object.getBytes() + ")");
        }
        if (size <= LARGEST_HASHED) {
          String sha256 = Hashes.sha256Hex(store, object.getUri());
          if (!sha256.equals(object.getSha256())) {
            return Optional.of(
                object.getUri() + ": its bytes differ from those that the stage made");
          }
        }
      } catch (NoSuchFileException e) {
        return Optional.of(object.getUri() + ": missing");
      }
    }
    return Optional.empty();
  }

  private void add(ArtifactRef artifact, List<ArtifactRef> objects) throws IOException {
    alive.run();
    String uri = artifact.getUri();
    String name = uri.substring(uri.lastIndexOf('/') + 1);
    if (name.equals(Manifests.NAME)) {
      byte[] bytes = read(artifact);
      objects.add(described(artifact, bytes));
      Manifest manifest = StoredMessages.parse(bytes, Manifest.getDefaultInstance(), uri);
      for (ArtifactRef part : manifest.getPartsList()) {
        add(part.toBuilder().setUri(beside(uri, part.getUri())).build(), objects);
      }
    } else if (FILE_HASHES.contains(name)) {
      byte[] bytes = read(artifact);
      objects.add(described(artifact, bytes));
      for (Map.Entry<String, JsonNode> file : JSON.readTree(bytes).path("files").properties()) {
        add(
            ArtifactRef.newBuilder()
                .setUri(beside(uri, file.getKey()))
                .setSha256(file.getValue().asText())
                .build(),
            objects);
      }
    } else {
      objects.add(described(artifact));
    }
  }

  private ArtifactRef described(ArtifactRef object) throws IOException {
    try {
      long size = store.size(object.getUri());
      if (object.getBytes() != 0 && size != object.getBytes()) {
        throw new CorruptArtifactException(
            object.getUri() + ": " + size + " bytes (expected: " + object.getBytes() + ")");
      }
      ArtifactRef.Builder described = object.toBuilder().setBytes(size);
      if (object.getSha256().isEmpty()) {
        described.setSha256(Hashes.sha256Hex(store, object.getUri(), alive));
      }
      return described.build();
    } catch (NoSuchFileException e) {
      throw new CorruptArtifactException(
          object.getUri() + ": missing (expected: the object that the stage made)");
    }
  }

  private byte[] read(ArtifactRef artifact) throws IOException {
    try (InputStream input = store.read(artifact.getUri())) {
      byte[] bytes = input.readAllBytes();
      String sha256 = sha256(bytes);
      if (!artifact.getSha256().isEmpty() && !artifact.getSha256().equals(sha256)) {
        throw new CorruptArtifactException(
            artifact.getUri() + ": sha256 " + sha256 + " (expected: " + artifact.getSha256() + ")");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new CorruptArtifactException(
          artifact.getUri() + ": missing (expected: the object that the stage made)");
    }
  }

  private static ArtifactRef described(ArtifactRef artifact, byte[] bytes) {
    return artifact.toBuilder().setBytes(bytes.length).setSha256(sha256(bytes)).build();
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Hashes.sha256().digest(bytes));
  }

  private static String beside(String uri, String name) throws CorruptArtifactException {
    if (name.startsWith("/") || List.of(name.split("/")).contains("..")) {
      throw new CorruptArtifactException(
          uri + ": names " + name + " (expected: a name inside its folder)");
    }
    return uri.substring(0, uri.lastIndexOf('/') + 1) + name;
  }
}
