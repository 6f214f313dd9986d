package io.retort.store;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * An upload of one object: in one request if it is small, else in parts, so that memory holds at
 * most a part of the first size. The object becomes visible with {@link #commit}; if the upload is
 * closed before that, it never does.
 */
final class S3Upload extends OutputStream {
  private static final Logger LOGGER = LoggerFactory.getLogger(S3Upload.class);

  /** Metadata by which a writer recognises its own object. */
  private static final String WRITER = "retort-writer";

  private final S3Client client;
  private final S3Location target;
  private final String writer = UUID.randomUUID().toString();
  private final MessageDigest digest = Hashes.sha256();
  private final S3PartSizes sizes;
  private final S3Part part;
  private final List<CompletedPart> parts = new ArrayList<>();
  private @Nullable String uploadId;
  private boolean committed;
  private long bytes;

  S3Upload(S3Client client, S3Location target) {
    this(client, target, S3PartSizes.DEFAULT);
  }

  S3Upload(S3Client client, S3Location target, S3PartSizes sizes) {
    this.client = client;
    this.target = target;
    this.sizes = sizes;
    this.part = new S3Part(sizes.first());
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] block, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, block.length);
    digest.update(block, offset, length);
    bytes += length;
    int from = offset;
    int end = offset + length;
    while (from < end) {
      if (part.size() == sizes.bytes(parts.size())) {
        sendPart();
      }
      int fitting = (int) Math.min(end - from, sizes.bytes(parts.size()) - part.size());
      part.write(block, from, fitting);
      from += fitting;
    }
  }

  /**
   * Makes the whole object visible if the condition holds. May be called again after it returned
   * false.
   *
   * @return whether this object is stored now
   */
  boolean commit(S3Condition condition) throws IOException {
    if (uploadId != null && part.size() > 0) {
      sendPart();
    }
    try {
      put(condition);
      committed = true;
    } catch (S3Exception e) {
      switch (condition.outcome(e)) {
        // If the response to a request was lost, its repetition finds the object that the request
        // wrote.
        case DOES_NOT_HOLD -> committed = isOwn();
        case NOT_KNOWN -> {
          return commit(S3Condition.NONE);
        }
        case OTHER_FAULT -> throw S3Failures.of(target, e);
      }
    } catch (SdkException e) {
      throw S3Failures.of(target, e);
    }
    return committed;
  }

  /** Number of bytes written. */
  long bytes() {
    return bytes;
  }

  /** Lower-case hex hash of all bytes; call it once, after the last byte. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Aborts the upload unless it was committed. */
  @Override
  public void close() throws IOException {
    try (part) {
      abandon();
    }
  }

  private void abandon() {
    String begun = uploadId;
    if (committed || begun == null) {
      return;
    }
    try {
      client.abortMultipartUpload(
          request -> request.bucket(target.bucket()).key(target.key()).uploadId(begun));
    } catch (SdkException e) {
      // The original failure is more important; the bucket's lifecycle rules can remove the
      // remains.
      LOGGER.warn("{}: parts of an aborted upload remain: {}", target, e.getMessage());
    }
  }

  private void put(S3Condition condition) {
    String begun = uploadId;
    if (begun == null) {
      client.putObject(
          request ->
              request
                  .bucket(target.bucket())
                  .key(target.key())
                  .metadata(Map.of(WRITER, writer))
                  .ifNoneMatch(condition.ifNoneMatch())
                  .ifMatch(condition.ifMatch()),
          part.body());
    } else {
      client.completeMultipartUpload(
          request ->
              request
                  .bucket(target.bucket())
                  .key(target.key())
                  .uploadId(begun)
                  .multipartUpload(upload -> upload.parts(parts))
                  .ifNoneMatch(condition.ifNoneMatch())
                  .ifMatch(condition.ifMatch()));
    }
  }

  private void sendPart() throws IOException {
    if (parts.size() == S3PartSizes.MOST_PARTS) {
      throw new IOException(
          target + ": " + bytes + " bytes (expected: at most 10,000 parts' worth, 5 TiB)");
    }
    int number = parts.size() + 1;
    try {
      String begun = begin();
      String eTag =
          client
              .uploadPart(
                  request ->
                      request
                          .bucket(target.bucket())
                          .key(target.key())
                          .uploadId(begun)
                          .partNumber(number),
                  part.body())
              .eTag();
      parts.add(CompletedPart.builder().partNumber(number).eTag(eTag).build());
    } catch (SdkException e) {
      throw S3Failures.of(target, e);
    }
    part.reset();
  }

  private String begin() {
    String begun = uploadId;
    if (begun == null) {
      begun =
          client
              .createMultipartUpload(
                  request ->
                      request
                          .bucket(target.bucket())
                          .key(target.key())
                          .metadata(Map.of(WRITER, writer)))
              .uploadId();
      uploadId = begun;
    }
    return begun;
  }

  private boolean isOwn() throws IOException {
    try {
      return writer.equals(
          client
              .headObject(request -> request.bucket(target.bucket()).key(target.key()))
              .metadata()
              .get(WRITER));
    } catch (NoSuchKeyException e) {
      return false;
    } catch (SdkException e) {
      throw S3Failures.of(target, e);
    }
  }
}
