package io.retort.client;

import io.grpc.stub.BlockingClientCall;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A log of a run, UTF-8. After a lost connection it goes on at the byte where it was. Another
 * thread may {@link #close} it, which ends it.
 */
public final class RunLogStream extends InputStream {
  /** A log may be silent for as long as a training step takes; it then costs one more call. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private static final Duration UNLIMITED = Duration.ofDays(10_000);

  private final ResumableStream<GetRunLogsResponse> stream;
  private ByteBuffer chunk = ByteBuffer.allocate(0);

  /** Of the next byte that the control plane is asked for. */
  private long asked;

  RunLogStream(
      GetRunLogsRequest request,
      Function<GetRunLogsRequest, BlockingClientCall<?, GetRunLogsResponse>> opening,
      Repetition repetition) {
    asked = request.getOffset();
    stream =
        new ResumableStream<>(
            () -> opening.apply(request.toBuilder().setOffset(asked).build()),
            SILENCE,
            false,
            repetition);
  }

  /** In the log, of the next byte that is read. */
  public long offset() {
    return asked - available();
  }

  /**
   * @throws RetortException if the control plane refuses, or cannot be reached for too long
   */
  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * @throws RetortException if the control plane refuses, or cannot be reached for too long
   */
  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (available() == 0) {
      Optional<GetRunLogsResponse> next = stream.next(UNLIMITED);
      if (next.isEmpty()) {
        return -1;
      }
      chunk = next.get().getData().asReadOnlyByteBuffer();
      asked += chunk.remaining();
    }
    int count = Math.min(length, available());
    chunk.get(target, offset, count);
    return count;
  }

  /** Bytes that are read without waiting. */
  @Override
  public int available() {
    return chunk.remaining();
  }

  @Override
  public void close() {
    stream.close();
  }
}
