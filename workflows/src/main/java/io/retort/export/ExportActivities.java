package io.retort.export;

import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportDataResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Gives what a run has made of its data to others. At-least-once and idempotent. */
@ActivityInterface
public interface ExportActivities {
  String EXPORT_DATA = "ExportData";

  /**
   * Writes the folder {@code runs/<run>/export} from what the run's summary names: kept samples,
   * and pairs where the run has made any, as Parquet with a data set card, and as the files of
   * other trainers. The manifest, written last, is the commit point: a folder that has one is left
   * as it is. Heartbeats {@link io.retort.v1.ShardProgress} in rows.
   */
  @ActivityMethod(name = EXPORT_DATA)
  ExportDataResponse exportData(ExportDataRequest request);
}
