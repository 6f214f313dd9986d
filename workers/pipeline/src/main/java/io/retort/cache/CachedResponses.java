package io.retort.cache;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.v1.CachedResponse;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Files of cached answers: length-delimited binary messages, Zstandard-compressed. */
final class CachedResponses {
  private static final int BUFFER_BYTES = 1 << 16;

  static Store.Content content(Collection<CachedResponse> responses) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream compressed =
        new BufferedOutputStream(new ZstdOutputStream(bytes), BUFFER_BYTES)) {
      for (CachedResponse response : responses) {
        response.writeDelimitedTo(compressed);
      }
    }
    return bytes::writeTo;
  }

  /**
   * @throws CorruptArtifactException if the object is not in the format of {@link #content}
   */
  static List<CachedResponse> read(Store store, String uri) throws IOException {
    List<CachedResponse> responses = new ArrayList<>();
    try (InputStream input =
        new BufferedInputStream(new ZstdInputStream(store.read(uri)), BUFFER_BYTES)) {
      for (CachedResponse response = CachedResponse.parseDelimitedFrom(input);
          response != null;
          response = CachedResponse.parseDelimitedFrom(input)) {
        responses.add(response);
      }
    } catch (InvalidProtocolBufferException | ZstdIOException e) {
      throw new CorruptArtifactException(uri + ": " + e.getMessage());
    }
    if (responses.isEmpty()) {
      throw new CorruptArtifactException(uri + ": 0 answers (expected: at least one)");
    }
    return responses;
  }

  private CachedResponses() {}
}
