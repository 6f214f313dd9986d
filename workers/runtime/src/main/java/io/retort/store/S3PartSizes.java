package io.retort.store;

/**
 * Sizes of the parts of an upload. An object's size is not known in advance and it may have at most
 * 10,000 parts, so the part size doubles after a fixed number of parts.
 *
 * @param first bytes of the first parts
 * @param doubleAfter number of parts with the same size
 */
record S3PartSizes(int first, int doubleAfter) {
  /** Up to 7.8 TiB, in parts of up to 4 GiB; the protocol allows 5 TiB and 5 GiB. */
  static final S3PartSizes DEFAULT = new S3PartSizes(8 << 20, 1_000);

  static final int MOST_PARTS = 10_000;

  /**
   * @param number of the part, starting at 0
   */
  long bytes(int number) {
    return (long) first << (number / doubleAfter);
  }
}
