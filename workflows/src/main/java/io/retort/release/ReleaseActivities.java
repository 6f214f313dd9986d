package io.retort.release;

import io.retort.v1.MoveAliasRequest;
import io.retort.v1.MoveAliasResponse;
import io.retort.v1.PublishRequest;
import io.retort.v1.PublishResponse;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Activities of the release stage. At-least-once and idempotent. */
@ActivityInterface
public interface ReleaseActivities {
  String RESERVE_VERSION = "ReserveVersion";
  String PUBLISH = "Publish";
  String MOVE_ALIAS = "MoveAlias";
  String WRITE_REPORT = "WriteReport";

  /** Takes the next free version number of the model; the same run gets the same number again. */
  @ActivityMethod(name = RESERVE_VERSION)
  ReserveVersionResponse reserveVersion(ReserveVersionRequest request);

  /**
   * Writes provenance.json, and moves the alias to the version unless that is left for later. Where
   * a version with the same content was published before, that one is returned, and the files of
   * this one are deleted.
   */
  @ActivityMethod(name = PUBLISH)
  PublishResponse publish(PublishRequest request);

  /**
   * Moves the alias to the version unless it points to a higher version, or has pointed to this one
   * before.
   */
  @ActivityMethod(name = MOVE_ALIAS)
  MoveAliasResponse moveAlias(MoveAliasRequest request);

  /** Writes the self-contained HTML report of the run, of one that has failed too. */
  @ActivityMethod(name = WRITE_REPORT)
  WriteReportResponse writeReport(WriteReportRequest request);
}
