package io.retort.control;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Position at which a listing continues: after a run, which need not exist any more.
 *
 * @param query digest of what the listing selects and how it is ordered: a token of another listing
 *     is refused
 */
record RunPageToken(String query, long createdMillis, String name, String runId) {
  private static final int DIGEST_CHARACTERS = 16;
  private static final int PARTS = 4;

  static RunPageToken after(IndexedRun run, String query) {
    return new RunPageToken(query, run.createdMillis(), run.subject().name(), run.runId());
  }

  /** Digest of the texts that a listing depends on. */
  static String query(List<String> texts) {
    return Hashing.sha256()
        .hashString(String.join("\n", texts), StandardCharsets.UTF_8)
        .toString()
        .substring(0, DIGEST_CHARACTERS);
  }

  String encode() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            String.join("\n", query, Long.toString(createdMillis), name, runId)
                .getBytes(StandardCharsets.UTF_8));
  }

  /** Throws INVALID_ARGUMENT for a text that is no token of this listing. */
  static RunPageToken decode(String text, String query) {
    try {
      List<String> parts =
          Splitter.on('\n')
              .splitToList(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
      if (parts.size() == PARTS && parts.get(0).equals(query)) {
        return new RunPageToken(query, Long.parseLong(parts.get(1)), parts.get(2), parts.get(3));
      }
    } catch (IllegalArgumentException e) {
      throw refused(text);
    }
    throw refused(text);
  }

  private static RuntimeException refused(String text) {
    return ApiErrors.invalid(
        "page_token",
        '"'
            + (text.length() > 100 ? text.substring(0, 100) + "..." : text)
            + "\" (expected: next_page_token of an answer to the same phases, filter and"
            + " order_by)");
  }
}
