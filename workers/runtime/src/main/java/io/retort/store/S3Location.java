package io.retort.store;

/**
 * A place in a bucket: {@code s3://bucket/key}. The key is used literally, nothing in it is
 * decoded, as in the trainer's Python.
 *
 * @param key without a slash at its end; empty for the bucket as a whole
 */
record S3Location(String bucket, String key) {
  /**
   * @throws IllegalArgumentException when there is no bucket
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
