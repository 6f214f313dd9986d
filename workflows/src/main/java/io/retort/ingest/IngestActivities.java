package io.retort.ingest;

import io.retort.v1.DescribeSourcesRequest;
import io.retort.v1.DescribeSourcesResponse;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestResponse;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Activities of the ingest stage. At-least-once and idempotent: equal sources produce equal
 * snapshots.
 */
@ActivityInterface
public interface IngestActivities {
  String DESCRIBE_SOURCES = "DescribeSources";
  String INGEST = "Ingest";
  String INSPECT_STUDENT = "InspectStudent";

  /** Type of the RESOURCE failure of an inspection that may download nothing. */
  String MODEL_NOT_DOWNLOADED = "MODEL_NOT_DOWNLOADED";

  /**
   * Hashes the current content of sources: the names and contents of their files. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  @ActivityMethod(name = DESCRIBE_SOURCES)
  DescribeSourcesResponse describeSources(DescribeSourcesRequest request);

  /**
   * Reads rows into canonical samples and commits them as a content-addressed snapshot of shards.
   * Writes bad rows, and rows that the filters exclude, to quarantine.jsonl with their reason.
   * Keeps the duplicates of a benchmark.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     USER/DATA_FORMAT_UNKNOWN, USER/DATA_CORRUPT, USER/DATA_TOO_LARGE, USER/LANGUAGE_UNKNOWN,
   *     USER/DATA_EMPTY (no good row remains), USER/BENCHMARK_ROWS_LOST (for a benchmark without
   *     allow_lost_rows), PLATFORM/HUB_UNREACHABLE
   */
  @ActivityMethod(name = INGEST)
  IngestResponse ingest(IngestRequest request);

  /**
   * Checks, before any paid work, that the student's folder contains configuration, tokenizer and
   * weights, and hashes its files. Downloads a model of the hub first. If a template is set, also
   * renders rows with the student's tokenizer. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_FORBIDDEN,
   *     USER/MODEL_INCOMPLETE, USER/MODEL_UNREADABLE, USER/LOCATION_FORBIDDEN,
   *     USER/SYSTEM_TURN_REFUSED, USER/CHAT_TEMPLATE_UNUSABLE, USER/MAX_LENGTH_TOO_LARGE,
   *     USER/MAX_LENGTH_TOO_SMALL, USER/CONTEXT_TOO_SMALL, PLATFORM/HUB_UNREACHABLE,
   *     RESOURCE/MODEL_NOT_DOWNLOADED where nothing may be downloaded
   */
  @ActivityMethod(name = INSPECT_STUDENT)
  InspectStudentResponse inspectStudent(InspectStudentRequest request);
}
