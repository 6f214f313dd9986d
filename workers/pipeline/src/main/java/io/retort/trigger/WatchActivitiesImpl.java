package io.retort.trigger;

import io.retort.failure.Failures;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.Failure;
import io.retort.v1.FoundFiles;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.retort.v1.WatchedDataSource;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds less than 100 bytes for each file that counts, and the names of a thousand new ones. Looks
 * wait for each other where there are several.
 */
public final class WatchActivitiesImpl implements WatchActivities {
  /** Files that count in a location. */
  static final int MOST_FILES = 1_000_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(WatchActivitiesImpl.class);

  /** Of a check, which does not wait for others. */
  private static final int MOST_CHECKED_FILES = 10_000;

  private static final int LOOKS_AT_ONCE = 2;
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final int FILES_A_HEARTBEAT = 1000;
  private static final String FOUND = "found-";

  /** A caller waits for it. */
  private static final Duration LONGEST_CHECK = Duration.ofSeconds(2);

  private final WatchedFiles files;
  private final Function<LookAtWatchedDataRequest, WatchObjects> watches;
  private final int mostFiles;
  private final Consumer<String> heartbeat;
  private final Semaphore looks = new Semaphore(LOOKS_AT_ONCE);

  public WatchActivitiesImpl(Store store, String storeUri, DataRoots roots) {
    this(store, storeUri, roots, Store::open, MOST_FILES, WatchActivitiesImpl::heartbeat);
  }

  /**
   * @param stores opens the store that serves a URI
   * @param heartbeat reports what a look does, and throws if it is over
   */
  WatchActivitiesImpl(
      Store store,
      String storeUri,
      DataRoots roots,
      Function<String, Store> stores,
      int mostFiles,
      Consumer<String> heartbeat) {
    files = new WatchedFiles(stores, roots, storeUri);
    watches =
        request ->
            new WatchObjects(store, storeUri, request.getTrigger(), request.getSinceRevision());
    this.mostFiles = mostFiles;
    this.heartbeat = heartbeat;
  }

  static void heartbeat(String details) {
    Activity.getExecutionContext().heartbeat(details);
  }

  @Override
  public LookAtWatchedDataResponse lookAtWatchedData(LookAtWatchedDataRequest request) {
    awaitTurn();
    try {
      heartbeat.accept("looks");
      return look(request);
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } finally {
      looks.release();
    }
  }

  /** Heartbeats tell that it waits, and end it where the watch is over. */
  private void awaitTurn() {
    try {
      while (!looks.tryAcquire(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
        heartbeat.accept("waits");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failures.platform("INTERRUPTED", "the worker stops", e);
    }
  }

  @Override
  public CheckWatchedDataResponse checkWatchedData(CheckWatchedDataRequest request) {
    CheckWatchedDataResponse.Builder response = CheckWatchedDataResponse.newBuilder();
    try {
      files.require(request.getSource().getUri());
      if (request.getList()) {
        Listing listing =
            new Listing(
                request.getSource(),
                FileSet.empty(),
                Math.min(mostFiles, MOST_CHECKED_FILES),
                heartbeat);
        listing.endNanos = System.nanoTime() + LONGEST_CHECK.toNanos();
        files.visit(request.getSource(), listing);
        response.setFiles(listing.found());
      }
    } catch (ApplicationFailure e) {
      Failure failure = Failures.fromThrowable(e);
      if (failure.getType().equals("LOCATION_FORBIDDEN")) {
        response.setRefusal(failure.getMessage());
      } else {
        response.setFailure(failure);
      }
    } catch (IOException e) {
      // The watch itself says so and tries again.
      LOGGER.info("{} was not looked at", request.getSource().getUri(), e);
      response.setFailure(Failures.fromThrowable(StoreFailures.of(e)));
    }
    return response.build();
  }

  private LookAtWatchedDataResponse look(LookAtWatchedDataRequest request) throws IOException {
    WatchObjects objects = watches.apply(request);
    boolean first = request.getSeen().isEmpty();
    FileSet seen = first ? FileSet.empty() : objects.readSeen(request.getSeen());
    Listing listing = new Listing(request.getSource(), seen, mostFiles, heartbeat);
    files.visit(request.getSource(), listing);
    LookAtWatchedDataResponse.Builder response =
        LookAtWatchedDataResponse.newBuilder()
            .setFiles(listing.present.size())
            .setBytes(listing.bytes);
    if (first && !request.getSource().getIncludeExisting()) {
      response.setSeen(objects.writeSeen(listing.present.build()));
    } else {
      response.setSeen(first ? objects.writeSeen(seen) : request.getSeen());
      findings(request, objects, seen, listing, response);
    }
    // Ends a look that Temporal has given up, as far as this worker has been told.
    heartbeat.accept("deletes");
    List<String> needed = List.of(response.getSeen(), response.getFound(), response.getNextSeen());
    if (first) {
      objects.deleteEarlier();
    }
    for (String obsolete : request.getObsoleteList()) {
      if (!needed.contains(obsolete)) {
        objects.delete(obsolete);
      }
    }
    return response.build();
  }

  private void findings(
      LookAtWatchedDataRequest request,
      WatchObjects objects,
      FileSet seen,
      Listing listing,
      LookAtWatchedDataResponse.Builder response)
      throws IOException {
    if (listing.fresh.size() == 0) {
      return;
    }
    String found = FOUND + listing.fresh.build().digest();
    response.setFound(found).setNewFiles(listing.fresh.size());
    if (found.equals(request.getExpected())) {
      FileSet present = listing.present.build();
      // Files that are gone for a while, with their file system for example, do not count as new
      // when they are back; unless there are too many of them.
      FileSet next = seen.with(present);
      objects.writeFound(found, listing.found());
      response.setNextSeen(objects.writeSeen(next.size() > mostFiles ? present : next));
    }
  }

  /** What a visit has found. */
  private static final class Listing implements WatchedFiles.Visitor {
    private final WatchedDataSource source;
    private final FileSet seen;
    private final int mostFiles;
    private final Consumer<String> heartbeat;
    private final FileSet.Builder present = new FileSet.Builder();
    private final FileSet.Builder fresh = new FileSet.Builder();

    /** URIs of the first new ones by their paths. */
    private final TreeMap<String, String> firstUris = new TreeMap<>();

    /** When to give up; 0 for never. */
    private long endNanos;

    private long bytes;
    private long freshBytes;
    private long visited;

    Listing(WatchedDataSource source, FileSet seen, int mostFiles, Consumer<String> heartbeat) {
      this.source = source;
      this.seen = seen;
      this.mostFiles = mostFiles;
      this.heartbeat = heartbeat;
    }

    @Override
    public void alive() throws IOException {
      visited++;
      if (endNanos != 0 && System.nanoTime() - endNanos > 0) {
        throw Failures.user(
            "WATCH_TOO_SLOW",
            source.getUri()
                + ": takes longer than "
                + LONGEST_CHECK.toSeconds()
                + " s to list (expected: at most so long while a caller waits; the watch itself may"
                + " take longer)");
      }
      if (visited % FILES_A_HEARTBEAT == 0) {
        heartbeat.accept(visited + " visited");
      }
    }

    @Override
    public void file(String uri, String path, long size, String version) {
      if (present.size() == mostFiles) {
        throw Failures.user(
            "WATCH_TOO_LARGE",
            source.getUri()
                + ": more than "
                + mostFiles
                + " files (expected: at most so many "
                + (endNanos == 0
                    ? "that count; watch a folder below it, or set a pattern)"
                    : "while a caller waits; the watch itself may find more)"));
      }
      long member = FileSet.member(path, size, version);
      present.add(member);
      bytes += size;
      if (!seen.contains(member)) {
        fresh.add(member);
        freshBytes += size;
        firstUris.put(path, uri);
        if (firstUris.size() > NewFiles.MOST_NAMED) {
          Map.Entry<String, String> unused = firstUris.pollLastEntry();
        }
      }
    }

    FoundFiles found() {
      return FoundFiles.newBuilder()
          .addAllUris(firstUris.values())
          .setFiles(fresh.size())
          .setBytes(freshBytes)
          .build();
    }
  }
}
