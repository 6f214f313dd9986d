package io.retort.store;

/**
 * A location in a bucket: {@code s3://bucket/key}. The key is used literally, without decoding, as
 * in the trainer's Python client.
 *
 * @param key without a trailing slash; empty for the whole bucket
 */
record S3Location(String bucket, String key) {
  /**
   * @throws IllegalArgumentException if the bucket is missing
   */
  static S3Location of(String uri) {
    String path = StoreScheme.S3.require(uri);
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    if (bucket.isEmpty()) {
      throw new IllegalArgumentException("uri: " + uri + " (expected: s3://BUCKET/KEY)");
    }
    String key = slash < 0 ? "" : path.substring(slash + 1);
    while (key.endsWith("/")) {
      key = key.substring(0, key.length() - 1);
    }
    return new S3Location(bucket, key);
  }

  /** The key prefix of all objects in this folder. */
  String folder() {
    return key.isEmpty() ? "" : key + "/";
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + key;
  }
}
