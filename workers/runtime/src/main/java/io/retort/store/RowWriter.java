package io.retort.store;

import com.github.luben.zstd.ZstdOutputStream;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes rows as one object's content, or as one of several to a file: see {@link Rows}. */
public final class RowWriter implements Closeable {
  private final ZstdOutputStream compressed;

  /**
   * @param output the caller's: {@link #close} ends the rows, but leaves it open
   */
  public RowWriter(OutputStream output) throws IOException {
    compressed = new ZstdOutputStream(new NotClosing(output));
  }

  public void write(Message row) throws IOException {
    line(ProtoJson.print(row).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a row that is printed already.
   *
   * @param json without a line's end
   */
  public void line(byte[] json) throws IOException {
    compressed.write(json);
    compressed.write('\n');
  }

  /** As {@link #line(byte[])}. */
  public void line(ByteString json) throws IOException {
    json.writeTo(compressed);
    compressed.write('\n');
  }

  @Override
  public void close() throws IOException {
    compressed.close();
  }

  private static final class NotClosing extends FilterOutputStream {
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
}
