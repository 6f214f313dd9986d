package io.retort.control;

import com.google.protobuf.ByteString;
import io.retort.v1.RunPhase;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Position at which a listing continues: in Temporal's list, or in the store's after the last
 * listed run.
 *
 * @param temporal Temporal's own token; empty at the start
 * @param inStore whether Temporal's list has ended
 * @param last empty at the start of the store's list
 */
record RunPageToken(ByteString temporal, boolean inStore, Optional<RecordedRunIndex.Entry> last) {
  static RunPageToken temporal(ByteString token) {
    return new RunPageToken(token, false, Optional.empty());
  }

  static RunPageToken store(Optional<RecordedRunIndex.Entry> last) {
    return new RunPageToken(ByteString.EMPTY, true, last);
  }

  String encode() {
    byte[] bytes =
        inStore
            ? ("s" + last.map(entry -> entry.createdMillis() + ":" + entry.runId()).orElse(""))
                .getBytes(StandardCharsets.UTF_8)
            : ByteString.copyFromUtf8("t").concat(temporal).toByteArray();
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  static RunPageToken decode(String text) {
    if (text.isEmpty()) {
      return temporal(ByteString.EMPTY);
    }
    try {
      ByteString bytes = ByteString.copyFrom(Base64.getUrlDecoder().decode(text));
      ByteString rest = bytes.substring(1);
      return switch (bytes.byteAt(0)) {
        case 't' -> temporal(rest);
        case 's' ->
            store(rest.isEmpty() ? Optional.empty() : Optional.of(entry(rest.toStringUtf8())));
        default -> throw new IllegalArgumentException("neither of Temporal nor of the store");
      };
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw ApiErrors.invalid(
          "page_token", '"' + text + "\" (expected: next_page_token of an earlier answer)");
    }
  }

  private static RecordedRunIndex.Entry entry(String text) {
    int colon = text.indexOf(':');
    return new RecordedRunIndex.Entry(
        text.substring(colon + 1),
        Long.parseLong(text.substring(0, colon)),
        RunPhase.RUN_PHASE_UNSPECIFIED);
  }
}
