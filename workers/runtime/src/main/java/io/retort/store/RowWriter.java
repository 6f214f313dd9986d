package io.retort.store;

import com.github.luben.zstd.ZstdOutputStream;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes rows as the content of one object, or as one of several frames in a file: see {@link
 * Rows}.
 */
public final class RowWriter implements Closeable {
  private final ZstdOutputStream compressed;

  /**
   * @param output owned by the caller: {@link #close} ends the rows, but does not close it
   */
  public RowWriter(OutputStream output) throws IOException {
    compressed = new ZstdOutputStream(new NotClosing(output));
  }

  public void write(Message row) throws IOException {
    line(ProtoJson.print(row).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a row that is already printed as JSON.
   *
   * @param json without a line end
   */
  public void line(byte[] json) throws IOException {
    compressed.write(json);
    compressed.write('\n');
  }

  /** Like {@link #line(byte[])}. */
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
