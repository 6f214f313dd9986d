package io.retort.doctor;

import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether this machine may read, write and delete in the store, and whether the clocks agree. */
public final class StoreChecks {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

  /**
   * Writes, reads and deletes one small object, and leaves nothing behind.
   *
   * @param storeUri without a trailing slash
   */
  public static List<Finding> check(String storeUri) {
    String uri = storeUri + "/doctor-" + UUID.randomUUID();
    byte[] content = "retort doctor".getBytes(StandardCharsets.UTF_8);
    List<Finding> findings = new ArrayList<>();
    String step = "opened";
    try {
      Store store = Store.open(storeUri);
      step = "written to";
      store.write(uri, output -> output.write(content));
      Instant written = Instant.now();
      step = "read";
      try (InputStream input = store.read(uri)) {
        if (!java.util.Arrays.equals(input.readAllBytes(), content)) {
          throw new IOException(uri + ": holds other bytes than were written");
        }
      }
      Optional<Path> file = Locations.path(uri);
      if (file.isPresent()) {
        findings.add(
            clock(
                "the store's file system",
                Files.getLastModifiedTime(file.get()).toInstant(),
                written));
      }
      step = "deleted from";
      store.delete(uri);
      findings.add(0, Finding.ok("store", storeUri + ": written, read and deleted"));
    } catch (IOException | ConfigurationException e) {
      findings.add(
          0,
          Finding.error(
              "store",
              storeUri + ": cannot be " + step + ": " + e.getMessage(),
              "give this user the right to list, read, write and delete there; for S3 set"
                  + " AWS_ENDPOINT_URL_S3, AWS_REGION and credentials"));
    }
    return findings;
  }

  /**
   * @param theirs the other clock's time of a moment at which this one's was {@code ours}
   */
  public static Finding clock(String other, Instant theirs, Instant ours) {
    Duration difference = Duration.between(ours, theirs).abs();
    return difference.compareTo(CLOCK_TOLERANCE) <= 0
        ? Finding.ok("clock", "agrees with " + other)
        : Finding.warning(
            "clock",
            "differs by "
                + difference.toSeconds()
                + " s from "
                + other
                + " (expected: at most "
                + CLOCK_TOLERANCE.toSeconds()
                + " s)",
            "synchronise the clocks by NTP");
  }

  private StoreChecks() {}
}
