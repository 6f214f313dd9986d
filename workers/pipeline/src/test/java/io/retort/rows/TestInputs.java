package io.retort.rows;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Rows that are texts. */
final class TestInputs {
  private static final RowCodec<String> CODEC =
      new RowCodec<>() {
        @Override
        public void write(String input, OutputStream output) throws IOException {
          output.write(input.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String read(InputStream input) throws IOException {
          return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
      };

  static ShardInputs<String> of(List<String> rows, Function<String, String> keys) {
    try {
      return ShardInputs.of(
          CODEC,
          keys,
          inputs -> {
            for (String row : rows) {
              inputs.add(row);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestInputs() {}
}
