package io.retort.export;

import static java.util.Objects.requireNonNull;

import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.ArtifactRef;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportDataResponse;
import io.retort.v1.ExportSummary;
import io.retort.v1.Manifest;
import io.temporal.activity.Activity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Streams curation records and pairs into files, row by row. */
public final class ExportActivitiesImpl implements ExportActivities {
  private static final int ROWS_IN_FILE = 100_000;

  private final Store store;
  private final int rowsInFile;

  public ExportActivitiesImpl(Store store) {
    this(store, ROWS_IN_FILE);
  }

  /**
   * @param rowsInFile maximum number of rows in a Parquet file
   */
  ExportActivitiesImpl(Store store, int rowsInFile) {
    this.store = store;
    this.rowsInFile = rowsInFile;
  }

  @Override
  public ExportDataResponse exportData(ExportDataRequest request) {
    RunLayout layout = new RunLayout(request.getStoreUri(), request.getRun().getRunId());
    try {
      Optional<Manifest> committed = Manifests.find(store, layout.export());
      Manifest manifest =
          committed.isPresent()
              ? committed.get()
              : new DatasetExport(
                      store, request.getRun(), layout, rowsInFile, Activity.getExecutionContext())
                  .write();
      // Also removes the remains of an attempt that ended between the manifest and this step.
      store.delete(layout.exportChunks());
      return ExportDataResponse.newBuilder()
          .setExport(
              summary(layout, manifest).toBuilder()
                  .setManifest(Manifests.reference(store, layout.export())))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (UncheckedIOException e) {
      throw StoreFailures.of(requireNonNull(e.getCause()));
    }
  }

  private static ExportSummary summary(RunLayout layout, Manifest manifest) {
    return ExportSummary.newBuilder()
        .setUri(layout.export())
        .setSamples(rows(manifest.getPartsList(), ExportKind.SFT))
        .setPairs(rows(manifest.getPartsList(), ExportKind.PAIRS))
        .build();
  }

  /** Number of rows in the Parquet files of a kind. */
  static long rows(List<ArtifactRef> files, String kind) {
    return files.stream()
        .filter(file -> file.getUri().startsWith(ExportKind.parquetPrefix(kind) + "-"))
        .mapToLong(ArtifactRef::getRows)
        .sum();
  }
}
