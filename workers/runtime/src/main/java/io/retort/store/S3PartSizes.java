package io.retort.store;

/**
 * How large the parts of an upload are. An object's size is not known beforehand and it may have
 * 10,000 parts, so they grow: they double after every so many.
 *
 * @param first bytes of the first parts
 * @param doubleAfter parts of one size
 */
record S3PartSizes(int first, int doubleAfter) {
  /** Up to 7.8 TiB, in parts of up to 4 GiB; the protocol ends at 5 TiB and 5 GiB. */
  static final S3PartSizes DEFAULT = new S3PartSizes(8 << 20, 1_000);

  static final int MOST_PARTS = 10_000;

  /**
   * @param number of the part, from 0
   */
  long bytes(int number) {
    return (long) first << (number / doubleAfter);
  }
}
