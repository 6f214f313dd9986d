package io.retort.export;

import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportDataResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Exports the data of a run for use outside Retort. At-least-once and idempotent. */
@ActivityInterface
public interface ExportActivities {
  String EXPORT_DATA = "ExportData";

  /**
   * Writes the folder {@code runs/<run>/export} from the data that the run's summary names: kept
   * samples, and pairs if the run made any, as Parquet with a data set card, and as input files of
   * other trainers. The manifest, written last, is the commit point; a folder that has one is not
   * changed. Heartbeats {@link io.retort.v1.ShardProgress} in rows.
   */
  @ActivityMethod(name = EXPORT_DATA)
  ExportDataResponse exportData(ExportDataRequest request);
}
