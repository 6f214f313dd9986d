package io.retort.trigger;

import io.retort.store.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A set of versions of files: 8 bytes each, the beginning of a SHA-256, so that a million fit in
 * memory. Whoever makes two of them equal hides one file from a watch.
 */
final class FileSet {
  private static final FileSet EMPTY = new FileSet(new long[0]);

  private final long[] sorted;

  private FileSet(long[] sorted) {
    this.sorted = sorted;
  }

  static FileSet empty() {
    return EMPTY;
  }

  /**
   * The member for a file.
   *
   * @param path below the watched location
   * @param version other than that of other content of the same size
   */
  static long member(String path, long size, String version) {
    MessageDigest digest = Hashes.sha256();
    digest.update(path.getBytes(StandardCharsets.UTF_8));
    digest.update(("\n" + size + "\n" + version).getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  static FileSet of(byte[] bytes) {
    long[] members = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(members);
    return new FileSet(members);
  }

  byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(sorted.length * Long.BYTES);
    buffer.asLongBuffer().put(sorted);
    return buffer.array();
  }

  /** SHA-256 of {@link #bytes}. */
  String digest() {
    return HexFormat.of().formatHex(Hashes.sha256().digest(bytes()));
  }

  int size() {
    return sorted.length;
  }

  boolean contains(long member) {
    return Arrays.binarySearch(sorted, member) >= 0;
  }

  FileSet with(FileSet other) {
    Builder all = new Builder();
    for (long member : sorted) {
      all.add(member);
    }
    for (long member : other.sorted) {
      all.add(member);
    }
    return all.build();
  }

  static final class Builder {
    private static final int FIRST = 1024;

    private long[] members = new long[FIRST];
    private int size;

    void add(long member) {
      if (size == members.length) {
        members = Arrays.copyOf(members, 2 * size);
      }
      members[size] = member;
      size++;
    }

    int size() {
      return size;
    }

    FileSet build() {
      Arrays.sort(members, 0, size);
      int kept = 0;
      for (int at = 0; at < size; at++) {
        if (at == 0 || members[at] != members[at - 1]) {
          members[kept] = members[at];
          kept++;
        }
      }
      return new FileSet(Arrays.copyOf(members, kept));
    }
  }
}
