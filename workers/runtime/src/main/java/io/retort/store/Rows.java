package io.retort.store;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.worker.ProtoJson;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Rows as Zstandard-compressed JSON Lines, one protobuf message a line. */
public final class Rows {
  /**
   * Streams the rows of an object to {@code consumer}, in order. Memory holds one row.
   *
   * @throws CorruptArtifactException when the object is cut, is not Zstandard data or UTF-8, or a
   *     line is no row; rows before the fault have been consumed
   */
  @SuppressWarnings("unchecked")
  public static <M extends Message> void forEach(
      Store store, String uri, Supplier<? extends Message.Builder> builders, Consumer<M> consumer)
      throws IOException {
    try (BufferedReader reader = open(store, uri)) {
      long number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        consumer.accept((M) ProtoJson.parse(line, builders.get(), uri + " line " + number));
      }
    } catch (ZstdIOException | CharacterCodingException e) {
      throw new CorruptArtifactException(uri + ": " + e);
    }
  }

  public static <M extends Message> List<M> readAll(
      Store store, String uri, Supplier<? extends Message.Builder> builders) throws IOException {
    List<M> rows = new ArrayList<>();
    Rows.<M>forEach(store, uri, builders, rows::add);
    return rows;
  }

  /** Content of an object that holds {@code rows}; iterated once, as it is written. */
  public static Store.Content content(Iterable<? extends Message> rows) {
    return compressed(
        output -> {
          for (Message row : rows) {
            output.write(ProtoJson.print(row).getBytes(StandardCharsets.UTF_8));
            output.write('\n');
          }
        });
  }

  /** Content of an object that holds rows that are printed already; iterated once. */
  public static Store.Content lines(Iterable<ByteString> lines) {
    return compressed(
        output -> {
          for (ByteString line : lines) {
            line.writeTo(output);
            output.write('\n');
          }
        });
  }

  private static Store.Content compressed(Store.Content content) {
    return output -> {
      // The caller owns the stream: flush and end the frame, but leave it open.
      ZstdOutputStream compressed = new ZstdOutputStream(new NotClosing(output));
      try (compressed) {
        content.writeTo(compressed);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    };
  }

  private static BufferedReader open(Store store, String uri) throws IOException {
    InputStream input = new BufferedInputStream(store.read(uri));
    try {
      // An object without rows still has a frame: to the decompressor an empty one just ends.
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

  private static final class NotClosing extends java.io.FilterOutputStream {
    NotClosing(OutputStream output) {
      super(output);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  private Rows() {}
}
