package io.retort.control;

import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.trigger.WatchActivities;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.FoundFiles;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Locations that have the files which the test names, all of them new until they fire. */
final class StubWatches implements WatchActivities {
  /** Paths of files by the location; a location without an entry is not there. */
  final Map<String, List<String>> files = new ConcurrentHashMap<>();

  /** Files that are more than those named. */
  volatile long more;

  private final String storeUri;

  StubWatches(String storeUri) {
    this.storeUri = storeUri;
  }

  @Override
  public LookAtWatchedDataResponse lookAtWatchedData(LookAtWatchedDataRequest request) {
    FoundFiles found = found(request.getSource().getUri());
    String name = "found-" + found.hashCode();
    LookAtWatchedDataResponse.Builder response =
        LookAtWatchedDataResponse.newBuilder()
            .setSeen(request.getSeen().isEmpty() ? "seen" : request.getSeen())
            .setFiles(found.getFiles());
    if (found.getFiles() > 0 && !response.getSeen().equals("seen-" + name)) {
      response.setFound(name).setNewFiles(found.getFiles());
      if (name.equals(request.getExpected())) {
        write(
            Store.resolve(
                RunLayout.watch(storeUri, request.getTrigger(), request.getSinceRevision()), name),
            found);
        response.setNextSeen("seen-" + name);
      }
    }
    return response.build();
  }

  @Override
  public CheckWatchedDataResponse checkWatchedData(CheckWatchedDataRequest request) {
    String uri = request.getSource().getUri();
    CheckWatchedDataResponse.Builder response = CheckWatchedDataResponse.newBuilder();
    if (uri.startsWith("/forbidden")) {
      return response.setRefusal(uri + ": not allowed").build();
    }
    if (request.getList()) {
      try {
        response.setFiles(found(uri));
      } catch (ApplicationFailure e) {
        response.setFailure(Failures.fromThrowable(e));
      }
    }
    return response.build();
  }

  private FoundFiles found(String uri) {
    List<String> named = files.get(uri);
    if (named == null) {
      throw Failures.user("DATA_NOT_FOUND", uri + ": no such folder");
    }
    return FoundFiles.newBuilder().addAllUris(named).setFiles(named.size() + more).build();
  }

  private static void write(String uri, FoundFiles found) {
    try {
      ArtifactRef unused =
          Store.open(uri).write(uri, output -> output.write(StoredMessages.bytes(found)));
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }
}
