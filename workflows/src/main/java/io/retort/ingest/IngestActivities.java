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
 * Activities of the ingest stage. At-least-once and idempotent: the same sources give the same
 * snapshot.
 */
@ActivityInterface
public interface IngestActivities {
  String DESCRIBE_SOURCES = "DescribeSources";
  String INGEST = "Ingest";
  String INSPECT_STUDENT = "InspectStudent";

  /**
   * Hashes what sources hold at this moment: the names and contents of their files. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  @ActivityMethod(name = DESCRIBE_SOURCES)
  DescribeSourcesResponse describeSources(DescribeSourcesRequest request);

  /**
   * Reads rows into canonical samples and commits them as a content-addressed snapshot of shards.
   * Bad rows, and those that the filters leave out, go to quarantine.jsonl with their reason. A
   * benchmark's duplicates stay.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     USER/DATA_FORMAT_UNKNOWN, USER/DATA_CORRUPT, USER/DATA_TOO_LARGE, USER/LANGUAGE_UNKNOWN,
   *     USER/DATA_EMPTY (no good row is left), USER/BENCHMARK_ROWS_LOST (of a benchmark that may
   *     lose none), PLATFORM/HUB_UNREACHABLE
   */
  @ActivityMethod(name = INGEST)
  IngestResponse ingest(IngestRequest request);

  /**
   * Checks that the student's folder has configuration, tokenizer and weights, before any work is
   * paid for, and hashes its files; fetches one of the hub first. With a template, rows are
   * rendered with the student's tokenizer as well. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_FORBIDDEN,
   *     USER/MODEL_INCOMPLETE, USER/MODEL_UNREADABLE, USER/LOCATION_FORBIDDEN,
   *     USER/SYSTEM_TURN_REFUSED, USER/CHAT_TEMPLATE_UNUSABLE, USER/MAX_LENGTH_TOO_LARGE,
   *     USER/MAX_LENGTH_TOO_SMALL, USER/CONTEXT_TOO_SMALL, PLATFORM/HUB_UNREACHABLE
   */
  @ActivityMethod(name = INSPECT_STUDENT)
  InspectStudentResponse inspectStudent(InspectStudentRequest request);
}
