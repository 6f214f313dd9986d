package io.retort.store;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.google.protobuf.Message;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Rows as Zstandard-compressed JSON Lines, one protobuf message per line. */
public final class Rows {
  /**
   * Streams the rows of an object to {@code consumer}, in order. Holds one row in memory.
   *
   * @throws CorruptArtifactException if the object is truncated or is not Zstandard data or UTF-8,
   *     or if a line is not a row; rows before the fault have been consumed
   */
  public static <M extends Message> void forEach(
      Store store, String uri, Supplier<? extends Message.Builder> builders, Consumer<M> consumer)
      throws IOException {
    try (RowCursor<M> rows = cursor(store, uri, builders)) {
      for (M row = rows.next(); row != null; row = rows.next()) {
        consumer.accept(row);
      }
    }
  }

  /** The rows of an object, in order; fails like {@link #forEach}. Holds one row in memory. */
  public static <M extends Message> RowCursor<M> cursor(
      Store store, String uri, Supplier<? extends Message.Builder> builders) throws IOException {
    return new Lines<>(open(store, uri), builders, uri);
  }

  public static <M extends Message> List<M> readAll(
      Store store, String uri, Supplier<? extends Message.Builder> builders) throws IOException {
    List<M> rows = new ArrayList<>();
    Rows.<M>forEach(store, uri, builders, rows::add);
    return rows;
  }

  /** Content of an object that holds {@code rows}, which are iterated once during the write. */
  public static Store.Content content(Iterable<? extends Message> rows) {
    return output -> {
      try (RowWriter writer = new RowWriter(output)) {
        for (Message row : rows) {
          writer.write(row);
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    };
  }

  private static BufferedReader open(Store store, String uri) throws IOException {
    InputStream input = new BufferedInputStream(store.read(uri));
    try {
      // Even an object without rows has a frame, but the decompressor accepts empty input.
      input.mark(1);
      if (input.read() < 0) {
        throw new CorruptArtifactException(uri + ": 0 bytes (expected: Zstandard data)");
      }
      input.reset();
      return new BufferedReader(
          new InputStreamReader(new ZstdInputStream(input), StandardCharsets.UTF_8.newDecoder()));
    } catch (IOException e) {
      input.close();
      throw e;
    }
  }

  private static final class Lines<M extends Message> implements RowCursor<M> {
    private final BufferedReader reader;
    private final Supplier<? extends Message.Builder> builders;
    private final String uri;
    private long number;

    Lines(BufferedReader reader, Supplier<? extends Message.Builder> builders, String uri) {
      this.reader = reader;
      this.builders = builders;
      this.uri = uri;
    }

    @Override
    @SuppressWarnings("unchecked")
    public @Nullable M next() throws IOException {
      try {
        String line = reader.readLine();
        number++;
        return line == null
            ? null
            : (M) ProtoJson.parse(line, builders.get(), uri + " line " + number);
      } catch (ZstdIOException | CharacterCodingException e) {
        throw new CorruptArtifactException(uri + ": " + e);
      }
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private Rows() {}
}
