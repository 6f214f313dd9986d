package io.retort.rows;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Encoding of a row on the local disk. Never stored, so it may change at any time. */
public interface RowCodec<I> {
  void write(I input, OutputStream output) throws IOException;

  /** Reads the output of {@link #write}; called on any thread. */
  I read(InputStream input) throws IOException;

  /** Codec of rows that are one message. */
  static <M extends Message> RowCodec<M> of(Parser<M> parser) {
    return new RowCodec<>() {
      @Override
      public void write(M input, OutputStream output) throws IOException {
        input.writeTo(output);
      }

      @Override
      public M read(InputStream input) throws IOException {
        return parser.parseFrom(input);
      }
    };
  }
}
