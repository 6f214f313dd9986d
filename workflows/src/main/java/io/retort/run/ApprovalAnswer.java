package io.retort.run;

import org.jspecify.annotations.Nullable;

/**
 * A person's answer to a run that awaits approval, as the plain JSON that the Temporal UI and its
 * command line send too: {@code {"reportDigest": "...", "actor": "...", "note": "..."}}. What is
 * left out is null.
 *
 * @param reportDigest {@code Approval.report_digest} of the run
 * @param actor who decides
 * @param note why; may be left out
 */
public record ApprovalAnswer(
    @Nullable String reportDigest, @Nullable String actor, @Nullable String note) {}
