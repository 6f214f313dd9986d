package io.retort.rows;

import com.google.protobuf.ByteString;
import io.retort.store.ScratchRecords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The rows of a shard, in order. They are kept on the local disk, because a shard may have a
 * hundred thousand long chains, and many shards may run at once.
 *
 * <p>One thread adds; afterwards {@link #get} and {@link #bytes} are thread-safe.
 */
public final class ShardInputs<I> implements AutoCloseable {
  private final RowCodec<I> codec;
  private final Function<I, String> keys;
  private final ScratchRecords rows = new ScratchRecords();
  private List<String> unread = new ArrayList<>();

  /** Adds the rows of a shard. */
  @FunctionalInterface
  public interface Source<I> {
    void addTo(ShardInputs<I> inputs) throws IOException;
  }

  private ShardInputs(RowCodec<I> codec, Function<I, String> keys) throws IOException {
    this.codec = codec;
    this.keys = keys;
  }

  /**
   * @param keys of the rows, see {@link RowWork#key}
   */
  public static <I> ShardInputs<I> of(RowCodec<I> codec, Function<I, String> keys, Source<I> source)
      throws IOException {
    ShardInputs<I> inputs = new ShardInputs<>(codec, keys);
    boolean complete = false;
    try {
      source.addTo(inputs);
      inputs.rows.flush();
      complete = true;
      return inputs;
    } finally {
      if (!complete) {
        inputs.close();
      }
    }
  }

  public void add(I input) throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    codec.write(input, bytes);
    rows.add(bytes.toByteString());
    unread.add(keys.apply(input));
  }

  int size() {
    return rows.count();
  }

  /** Size of a row on disk; it needs a multiple of that in memory. */
  int bytes(int row) {
    return rows.bytes(row);
  }

  I get(int row) {
    try {
      return codec.read(new ByteArrayInputStream(rows.read(row)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The keys of all rows, in order; can be called once. */
  List<String> takeKeys() {
    List<String> taken = unread;
    unread = List.of();
    return taken;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
