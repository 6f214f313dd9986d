package io.retort.http;

import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.Metadata;
import java.util.regex.Pattern;

/** Request headers as an interceptor of a gRPC call sees them. */
final class HttpMetadata {
  private static final Pattern NAME = Pattern.compile("[0-9a-z_.-]+");

  /** Without pseudo-headers, and without names that gRPC reserves for bytes. */
  static Metadata of(RequestHeaders headers) {
    Metadata metadata = new Metadata();
    headers.forEach(
        (name, value) -> {
          if (NAME.matcher(name).matches() && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
            metadata.put(Metadata.Key.of(name.toString(), Metadata.ASCII_STRING_MARSHALLER), value);
          }
        });
    return metadata;
  }

  private HttpMetadata() {}
}
