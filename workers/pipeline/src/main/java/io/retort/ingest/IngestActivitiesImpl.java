package io.retort.ingest;

import io.retort.store.DataRoots;
import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.student.StudentChecker;
import io.retort.v1.ArtifactRef;
import io.retort.v1.DataSource;
import io.retort.v1.DescribeSourcesRequest;
import io.retort.v1.DescribeSourcesResponse;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestResponse;
import io.retort.v1.IngestSummary;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ShardProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads local files, and files of S3 and the hub, into the store. */
public final class IngestActivitiesImpl implements IngestActivities {
  private static final Logger LOGGER = LoggerFactory.getLogger(IngestActivitiesImpl.class);
  private static final int DEFAULT_SHARD_ROWS = 256;

  private final Store store;
  private final Hub hub;
  private final DataRoots roots;
  private final StudentChecker students;
  private final Function<String, Store> stores;

  /**
   * @param roots allowed locations of the files and folders that specs name
   */
  public IngestActivitiesImpl(Store store, Hub hub, DataRoots roots, StudentChecker students) {
    this(store, hub, roots, students, Store::open);
  }

  /**
   * @param stores opens the store that serves the URI of a source
   */
  IngestActivitiesImpl(
      Store store,
      Hub hub,
      DataRoots roots,
      StudentChecker students,
      Function<String, Store> stores) {
    this.store = store;
    this.hub = hub;
    this.roots = roots;
    this.students = students;
    this.stores = stores;
  }

  @Override
  public IngestResponse ingest(IngestRequest request) {
    Heartbeat heartbeat = new Heartbeat(Activity.getExecutionContext());
    int shardRows = request.getShardRows() == 0 ? DEFAULT_SHARD_ROWS : request.getShardRows();
    long started = System.nanoTime();
    try {
      DataFiles files = new DataFiles(hub, stores, roots, heartbeat::alive);
      Snapshot snapshot = new Snapshot(store, request.getStoreUri(), shardRows, heartbeat::rows);
      IngestSummary summary =
          request.hasBenchmark()
              ? BenchmarkRows.read(request, files, snapshot)
              : training(request, files, snapshot);
      summary = summary.toBuilder().addAllRevisions(files.revisions()).build();
      LOGGER.info(
          "ingested {} rows into {} shards, {} quarantined, in {} ms: {}",
          summary.getRows(),
          summary.getShards(),
          summary.getQuarantined(),
          (System.nanoTime() - started) / 1_000_000,
          summary.getDataset().getUri());
      return IngestResponse.newBuilder().setSummary(summary).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private static IngestSummary training(IngestRequest request, DataFiles files, Snapshot snapshot)
      throws IOException {
    Filters filters = Filters.of(request.getFilters(), request.getBenchmarksList(), files);
    return snapshot.write(
        new SampleReader(files, request.getSourcesList(), filters.list()), filters.key());
  }

  @Override
  public DescribeSourcesResponse describeSources(DescribeSourcesRequest request) {
    Heartbeat heartbeat = new Heartbeat(Activity.getExecutionContext());
    DataFiles files = new DataFiles(hub, stores, roots, heartbeat::alive);
    DescribeSourcesResponse.Builder response = DescribeSourcesResponse.newBuilder();
    try {
      for (DataSource source : request.getSourcesList()) {
        List<String> parts = new ArrayList<>();
        for (DataFile file : files.of(source.getPath())) {
          parts.add(file.name());
          parts.add(file.digest(heartbeat::alive));
        }
        response.addSources(
            ArtifactRef.newBuilder()
                .setUri(source.getPath())
                .setSha256(Hashes.sha256Hex(parts.toArray(String[]::new))));
      }
      return response.build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public InspectStudentResponse inspectStudent(InspectStudentRequest request) {
    Heartbeat heartbeat = new Heartbeat(Activity.getExecutionContext());
    try {
      InspectStudentResponse.Builder response =
          new ModelPlaces(store, hub, roots, heartbeat::alive).inspect(request).toBuilder();
      if (request.hasTemplate()) {
        DataFiles files = new DataFiles(hub, stores, roots, heartbeat::alive);
        response.addAllWarnings(
            new StudentCheck(students, files).warnings(request, response.getModelUri()));
      }
      return response.build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Reports how many rows have been read, also while none arrives. */
  private static final class Heartbeat {
    private final ActivityExecutionContext context;
    private ShardProgress progress = ShardProgress.getDefaultInstance();

    Heartbeat(ActivityExecutionContext context) {
      this.context = context;
    }

    void rows(long rows) {
      progress = ShardProgress.newBuilder().setDone(rows).build();
      alive();
    }

    void alive() {
      context.heartbeat(progress);
    }
  }
}
