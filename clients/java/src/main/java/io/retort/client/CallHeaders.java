package io.retort.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What each call has: the token, and a deadline unless it is a stream or has one.
 *
 * @param timeout of calls with one answer
 */
record CallHeaders(Token token, Duration timeout) implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    boolean bounded = options.getDeadline() != null || !method.getType().serverSendsOneMessage();
    CallOptions complete =
        bounded ? options : options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    return new SimpleForwardingClientCall<>(next.newCall(method, complete)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        String secret = token.read();
        if (!secret.isEmpty()) {
          headers.put(AUTHORIZATION, "Bearer " + secret);
        }
        super.start(listener, headers);
      }
    };
  }
}
