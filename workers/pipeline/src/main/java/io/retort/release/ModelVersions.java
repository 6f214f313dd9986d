package io.retort.release;

import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.VersionReservation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * Version numbers of one model: 1, 2, ... Each is owned by the run whose id is in its reservation,
 * an object that is written once and never replaced.
 */
final class ModelVersions {
  static final String RESERVATION = "reservation.json";

  private final Store store;
  private final String versionsUri;

  ModelVersions(Store store, String storeUri, String model) {
    this.store = store;
    this.versionsUri = Store.resolve(RunLayout.model(storeUri, model), "versions");
  }

  String folder(int version) {
    return Store.resolve(versionsUri, Integer.toString(version));
  }

  /** The number that the run owns already, or else the next free one. */
  int reserve(String runId) throws IOException {
    int last = highestFolder();
    // Downwards: a number is only taken once all below it are, so an attempt of the same run that
    // takes one meanwhile is met on the way or in the loop below.
    int highestOwned = 0;
    for (int version = last; version >= 1; version--) {
      Optional<String> owner = owner(version);
      if (owner.isPresent() && owner.get().equals(runId)) {
        return version;
      }
      if (owner.isPresent() && highestOwned == 0) {
        highestOwned = version;
      }
    }
    int version = highestOwned + 1;
    while (!take(version, runId)) {
      version++;
    }
    return version;
  }

  /** The id of the run that owns the number; empty where nobody does. */
  Optional<String> owner(int version) throws IOException {
    String uri = Store.resolve(folder(version), RESERVATION);
    try (InputStream input = store.read(uri)) {
      String json = new String(input.readAllBytes(), StandardCharsets.UTF_8);
      VersionReservation reservation =
          (VersionReservation) ProtoJson.parse(json, VersionReservation.newBuilder(), uri);
      return Optional.of(reservation.getRunId());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private boolean take(int version, String runId) throws IOException {
    byte[] json =
        ProtoJson.print(VersionReservation.newBuilder().setRunId(runId))
            .getBytes(StandardCharsets.UTF_8);
    String uri = Store.resolve(folder(version), RESERVATION);
    return store.writeIfAbsent(uri, output -> output.write(json))
        || owner(version).equals(Optional.of(runId));
  }

  private int highestFolder() throws IOException {
    return store.list(versionsUri).stream()
        .filter(name -> name.matches("[1-9][0-9]{0,8}"))
        .mapToInt(Integer::parseInt)
        .max()
        .orElse(0);
  }
}
