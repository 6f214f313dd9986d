package io.retort.store;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Arrays;

/**
 * Byte strings on this machine's disk, by number: memory holds twelve bytes for each.
 *
 * <p>One thread adds; those that were added before {@link #flush} may be read by all.
 */
public final class ScratchRecords implements AutoCloseable {
  private static final int SMALLEST = 64;

  private final ScratchFile file = new ScratchFile();

  // Volatile, so that whoever reads a grown array sees what it was made of.
  private volatile long[] starts = new long[SMALLEST];
  private volatile int[] lengths = new int[SMALLEST];
  private int count;
  private long end;

  public ScratchRecords() throws IOException {}

  /** Returns the number, from 0 on. */
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

  /** Lets all read what was added. */
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
