package io.retort.store;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Arrays;

/**
 * Byte strings on the local disk, by number; uses twelve bytes of memory per entry.
 *
 * <p>One thread adds; any thread may read the entries that were added before {@link #flush}.
 */
public final class ScratchRecords implements AutoCloseable {
  private static final int SMALLEST = 64;

  private final ScratchFile file = new ScratchFile();

  // Volatile, so that a thread that reads a grown array also sees its content.
  private volatile long[] starts = new long[SMALLEST];
  private volatile int[] lengths = new int[SMALLEST];
  private int count;
  private long end;

  public ScratchRecords() throws IOException {}

  /** Adds an entry and returns its number, starting at 0. */
  public int add(ByteString bytes) throws IOException {
    bytes.writeTo(file.output());
    if (count == starts.length) {
      int larger = Math.addExact(count, count / 2);
      starts = Arrays.copyOf(starts, larger);
      lengths = Arrays.copyOf(lengths, larger);
    }
    starts[count] = end;
    lengths[count] = bytes.size();
    end += bytes.size();
    return count++;
  }

  /** Makes the added entries readable for all threads. */
  public void flush() throws IOException {
    file.output().flush();
  }

  public int count() {
    return count;
  }

  /** Length of a byte string. */
  public int bytes(int number) {
    return lengths[number];
  }

  public byte[] read(int number) throws IOException {
    return file.read(starts[number], lengths[number]);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
