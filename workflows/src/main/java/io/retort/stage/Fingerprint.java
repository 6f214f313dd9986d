package io.retort.stage;

import com.google.protobuf.ByteString;
import io.retort.failure.Failures;
import io.retort.v1.RunSpec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * Digest of everything that a stage's result depends on.
 *
 * @param fields the spec fields that the stage reads, by path
 * @param inputs digests of its other inputs, by name
 */
public record Fingerprint(
    RunStage stage, SortedMap<String, String> fields, SortedMap<String, String> inputs) {
  private static final String SCHEME = "retort-stage-1";

  /**
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/DIGEST_MISSING for an input without a
   *     digest: an older worker does not report one
   */
  public Fingerprint {
    inputs.forEach(
        (name, sha256) -> {
          if (sha256.isEmpty()) {
            throw Failures.platform(
                "DIGEST_MISSING",
                stage.stage()
                    + ": no digest of its input \""
                    + name
                    + "\" (expected: one; are all workers of this version?)",
                null);
          }
        });
  }

  public static Fingerprint of(RunStage stage, RunSpec spec, SortedMap<String, String> inputs) {
    return new Fingerprint(stage, fields(stage, spec), inputs);
  }

  /** The spec fields that determine the stage's result, by path. */
  public static SortedMap<String, String> fields(RunStage stage, RunSpec spec) {
    return SpecFields.values(spec, stage.reads(), OperationalFields.paths());
  }

  /** Lower-case hex SHA-256. */
  public String sha256() {
    MessageDigest digest = sha256Digest();
    add(digest, SCHEME);
    add(digest, stage.stage().name());
    add(digest, String.valueOf(stage.version()));
    add(digest, fields);
    add(digest, inputs);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Map<String, String> values) {
    add(digest, String.valueOf(values.size()));
    values.forEach(
        (name, value) -> {
          add(digest, name);
          add(digest, value);
        });
  }

  /**
   * Adds the text preceded by its length, so that different lists of texts have different bytes.
   */
  private static void add(MessageDigest digest, String text) {
    ByteString bytes = ByteString.copyFromUtf8(text);
    digest.update(ByteString.copyFromUtf8(bytes.size() + ":").toByteArray());
    digest.update(bytes.toByteArray());
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
