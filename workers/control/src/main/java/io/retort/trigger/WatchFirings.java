package io.retort.trigger;

import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.spec.SpecViolation;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.FailureCategory;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.FiringCause;
import io.retort.v1.FoundFiles;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.WatchedDataSource;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;

/** Fires triggers for new files, once for the same files of a watch. */
final class WatchFirings {
  private static final int SHOWN_FILES = 5;

  private final TriggerStore triggers;
  private final LaunchingFirer firer;
  private final Store store;
  private final String storeUri;

  WatchFirings(TriggerStore triggers, LaunchingFirer firer, Store store, String storeUri) {
    this.triggers = triggers;
    this.firer = firer;
    this.store = store;
    this.storeUri = storeUri;
  }

  /**
   * @throws StatusRuntimeException as {@link TriggerFirer#fire}
   */
  FireWatchedResponse fire(FireWatchedRequest request) throws IOException {
    String name = request.getConfig().getTrigger();
    Trigger trigger = triggers.read(name).orElseThrow(() -> TriggerErrors.notFound(name));
    TriggerConfig config = trigger.getConfig();
    if (trigger.hasPause() || !watches(config, request.getConfig().getSource())) {
      return FireWatchedResponse.getDefaultInstance();
    }
    String uri =
        Store.resolve(
            RunLayout.watch(storeUri, name, request.getSinceRevision()), request.getFound());
    FoundFiles found =
        StoredMessages.read(store, uri, FoundFiles.getDefaultInstance())
            .orElseThrow(
                () -> new IOException(uri + " is gone (the next look at the files writes it)"));
    return FireWatchedResponse.newBuilder().setFiring(fire(request, config, found)).build();
  }

  private TriggerFiring fire(FireWatchedRequest request, TriggerConfig config, FoundFiles found) {
    Optional<SpecViolation> excess = WatchedEvent.excess(config, found);
    if (excess.isPresent()) {
      return firer
          .refuse(
              config.getName(),
              firingId(request),
              FiringCause.FIRING_CAUSE_WATCHED_DATA,
              detail(config, found),
              Failures.of(
                  FailureCategory.FAILURE_CATEGORY_USER, "TOO_MANY_FILES", excess.get().toString()))
          .getFiring();
    }
    WatchedEvent event = WatchedEvent.of(config, found);
    return firer
        .fire(
            config.getName(),
            event.payload(),
            firingId(request),
            FiringCause.FIRING_CAUSE_WATCHED_DATA,
            detail(config, found),
            event.appended())
        .getFiring();
  }

  /** The same files of a watch have the same id, unless the firing before was skipped. */
  private static String firingId(FireWatchedRequest request) {
    return "watch-"
        + request.getSinceRevision()
        + "-"
        + request.getFound()
        + (request.getSkipped() == 0 ? "" : "-" + request.getSkipped());
  }

  private static String detail(TriggerConfig config, FoundFiles found) {
    return found.getFiles()
        + (found.getFiles() == 1 ? " new file in " : " new files in ")
        + config.getWatchedData().getUri()
        + ": "
        + found.getUrisList().stream()
            .limit(SHOWN_FILES)
            .map(uri -> uri.substring(uri.lastIndexOf('/') + 1))
            .collect(Collectors.joining(", "))
        + (found.getFiles() > SHOWN_FILES ? ", ..." : "");
  }

  private static boolean watches(TriggerConfig config, WatchedDataSource source) {
    return config.hasWatchedData()
        && config.getWatchedData().getUri().equals(source.getUri())
        && config.getWatchedData().getPattern().equals(source.getPattern());
  }
}
