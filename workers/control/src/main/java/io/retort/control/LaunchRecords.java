package io.retort.control;

import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.LaunchRecord;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which runs the requests with an id have started. */
final class LaunchRecords {
  private static final int SCHEMA_VERSION = 1;

  private static final Logger LOG = LoggerFactory.getLogger(LaunchRecords.class);

  private final Store store;
  private final String storeUri;

  LaunchRecords(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /**
   * The id of the run that the request has started or was about to start; empty for a new request.
   * Throws ALREADY_EXISTS if another request had the id.
   */
  Optional<String> runId(SentRequest request) {
    if (request.recordKey().isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<LaunchRecord> record = read(request);
      if (record.isPresent() && !record.get().getRequestSha256().equals(request.digest())) {
        throw ApiErrors.requestReused(request.requestId(), record.get().getRunId());
      }
      return record.map(LaunchRecord::getRunId);
    } catch (IOException e) {
      throw ApiErrors.store("look up request " + request.requestId(), e);
    }
  }

  /**
   * Keeps that the request starts this run, before it does. Returns the id under which it starts:
   * of two equal requests at once both start the run of the first.
   */
  String keep(SentRequest request, String runId) {
    if (request.recordKey().isEmpty()) {
      return runId;
    }
    byte[] record = StoredMessages.bytes(record(request, runId).build());
    try {
      boolean unused = store.writeIfAbsent(uri(request), output -> output.write(record));
    } catch (IOException e) {
      throw ApiErrors.store("keep request " + request.requestId(), e);
    }
    return runId(request).orElse(runId);
  }

  /** Whether the request has resumed its run, as far as that was kept. */
  boolean hasResumed(SentRequest request) {
    try {
      return read(request).map(LaunchRecord::getResumed).orElse(false);
    } catch (IOException e) {
      throw ApiErrors.store("look up request " + request.requestId(), e);
    }
  }

  /** Keeps that the request has resumed its run; if that fails, the run itself still knows it. */
  void keepResumed(SentRequest request, String runId) {
    byte[] record = StoredMessages.bytes(record(request, runId).setResumed(true).build());
    try {
      store.write(uri(request), output -> output.write(record));
    } catch (IOException e) {
      LOG.warn("it is not stored that request {} has resumed its run", request.requestId(), e);
    }
  }

  private static LaunchRecord.Builder record(SentRequest request, String runId) {
    return LaunchRecord.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setRunId(runId)
        .setRequestSha256(request.digest());
  }

  private Optional<LaunchRecord> read(SentRequest request) throws IOException {
    return StoredMessages.read(store, uri(request), LaunchRecord.getDefaultInstance());
  }

  private String uri(SentRequest request) {
    return Store.resolve(RunLayout.launches(storeUri), request.recordKey() + ".json");
  }
}
