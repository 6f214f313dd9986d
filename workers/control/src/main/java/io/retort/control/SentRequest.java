package io.retort.control;

import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetryRunRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A request for a run as it was sent, by which a repeated one is known whatever the things that it
 * names have become since.
 *
 * @param requestId empty: never deduplicated
 * @param digest SHA-256 in hex of the request without its id; empty where it is not known
 * @param recordKey names its {@link LaunchRecords record}; empty where the id of the run follows
 *     from the request itself
 */
record SentRequest(String requestId, String digest, String recordKey) {
  /** Of a launch that is compared by what it resolves to. */
  static final SentRequest NONE = new SentRequest("", "", "");

  static SentRequest of(CreateRunRequest request) {
    return new SentRequest(
        request.getRequestId(),
        digest(request.toBuilder().clearRequestId().clearValidateOnly().build()),
        "");
  }

  /** The run's id depends on the name in the spec of a run that an alias may name. */
  static SentRequest of(RetrainRunRequest request) {
    String requestId = request.getRequestId();
    return new SentRequest(
        requestId,
        digest(request.toBuilder().clearRequestId().clearValidateOnly().build()),
        requestId.isEmpty()
            ? ""
            : sha256(
                String.join(
                        "\n",
                        request.getRescore() ? "rescore" : "retrain",
                        request.getRunId(),
                        request.getModel(),
                        requestId)
                    .getBytes(StandardCharsets.UTF_8)));
  }

  static SentRequest of(RetryRunRequest request) {
    return new SentRequest(
        request.getRequestId(), digest(request.toBuilder().clearRequestId().build()), "");
  }

  /** Of a retry that resumes its run, so that no id of a run follows from it. */
  static SentRequest ofResumption(RetryRunRequest request) {
    String requestId = request.getRequestId();
    return new SentRequest(
        requestId,
        digest(request.toBuilder().clearRequestId().build()),
        requestId.isEmpty()
            ? ""
            : sha256(
                String.join("\n", "resume", request.getRunId(), requestId)
                    .getBytes(StandardCharsets.UTF_8)));
  }

  private static String digest(Message request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    // Labels are a map.
    output.useDeterministicSerialization();
    try {
      output.writeStringNoTag(request.getDescriptorForType().getFullName());
      request.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sha256(bytes.toByteArray());
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }
}
