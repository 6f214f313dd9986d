package io.retort.run;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Approval;

/** What the Temporal UI shows of a run that awaits approval, as Markdown. */
final class ApprovalText {
  static String of(String runId, Approval approval) {
    return "Read "
        + approval.getReportUri()
        + " and decide before "
        + Timestamps.toString(approval.getDeadline())
        + ":\n\n`retort runs approve "
        + runId
        + " --report-digest "
        + approval.getReportDigest()
        + "`, or `reject`; or send the update `approve` or `reject` with\n\n`{\"reportDigest\": \""
        + approval.getReportDigest()
        + "\", \"actor\": \"...\", \"note\": \"...\"}`";
  }

  private ApprovalText() {}
}
