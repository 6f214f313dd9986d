package io.retort.cli;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.retort.output.ExitCode;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the control plane is, and what proves to it who calls.
 *
 * @param address {@code https://HOST[:PORT]} for TLS; {@code http://HOST:PORT}, or {@code
 *     HOST:PORT} where no token is sent to another machine, without
 * @param token the secret of an API token; empty for none
 * @param caFile certificates that are trusted for TLS; empty: those of Java
 * @param certificate with {@code key} the client's own, in PEM, for mTLS; empty for none
 */
record ControlTarget(String address, String token, String caFile, String certificate, String key) {
  private static final String TLS = "https://";
  private static final String PLAIN = "http://";
  private static final int TLS_PORT = 443;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * From {@code RETORT_CONTROL_ADDRESS}, {@code RETORT_TOKEN}, {@code RETORT_TLS_CA}, {@code
   * RETORT_TLS_CERT} and {@code RETORT_TLS_KEY}; what they do not say, from the saved login. A
   * saved token is sent to its own address alone.
   *
   * @param stack the address of the local stack; empty where none runs
   * @throws CommandException if no address is known
   */
  static ControlTarget of(Map<String, String> environment, Supplier<Optional<String>> stack) {
    String asked = environment.getOrDefault("RETORT_CONTROL_ADDRESS", "").strip();
    Optional<SavedLogin> saved = SavedLogin.read(environment);
    String address =
        !asked.isEmpty()
            ? asked
            : saved
                .map(SavedLogin::address)
                .or(stack)
                .orElseThrow(
                    () ->
                        new CommandException(
                            ExitCode.UNREACHABLE,
                            "no control plane is known (start the local stack with: retort up, log"
                                + " in to another with: retort login --address, or set"
                                + " RETORT_CONTROL_ADDRESS)"));
    Optional<SavedLogin> own = saved.filter(login -> login.address().equals(address));
    return new ControlTarget(
        address,
        either(environment, "RETORT_TOKEN", own.map(SavedLogin::token)),
        either(environment, "RETORT_TLS_CA", own.map(SavedLogin::caFile)),
        environment.getOrDefault("RETORT_TLS_CERT", ""),
        environment.getOrDefault("RETORT_TLS_KEY", ""));
  }

  /**
   * @throws CommandException if a certificate cannot be read, or the token would be sent in the
   *     clear to another machine
   */
  ManagedChannel open(int largestAnswer) {
    ManagedChannelBuilder<?> channel =
        address.startsWith(TLS)
            ? Grpc.newChannelBuilder(target(), tls())
            : ManagedChannelBuilder.forTarget(target()).usePlaintext();
    if (!token.isEmpty()) {
      if (!address.contains("://") && !isLoopback()) {
        throw new CommandException(
            address
                + ": the token would be sent without encryption (expected: https://"
                + address
                + "; http://"
                + address
                + " if something else encrypts the connection)");
      }
      channel.intercept(new Bearer(token));
    }
    return channel.maxInboundMessageSize(largestAnswer).build();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return address;
  }

  private String target() {
    if (!address.contains("://")) {
      return address;
    }
    String rest = address.replaceFirst("^https?://", "").replaceFirst("/+$", "");
    if (rest.isEmpty() || rest.contains("/") || !address.matches("https?://.*")) {
      throw new CommandException(
          address + ": is no address (expected: https://HOST:PORT or HOST:PORT)");
    }
    return rest.matches(".*:[0-9]+") || address.startsWith(PLAIN) ? rest : rest + ":" + TLS_PORT;
  }

  private ChannelCredentials tls() {
    try {
      TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
      if (!caFile.isEmpty()) {
        credentials.trustManager(new File(caFile));
      }
      if (certificate.isEmpty() != key.isEmpty()) {
        throw new CommandException(
            "RETORT_TLS_CERT and RETORT_TLS_KEY: one is not set (expected: both, or none)");
      }
      if (!certificate.isEmpty()) {
        credentials.keyManager(new File(certificate), new File(key));
      }
      return credentials.build();
    } catch (IOException e) {
      throw new CommandException(
          "a certificate cannot be read: " + e.getMessage() + " (expected: files in PEM)");
    }
  }

  private boolean isLoopback() {
    String host = address.replaceFirst(":[0-9]+$", "");
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static String either(
      Map<String, String> environment, String name, Optional<String> saved) {
    String value = environment.getOrDefault(name, "").strip();
    return value.isEmpty() ? saved.orElse("") : value;
  }

  /** Sends the token with each call. */
  private record Bearer(String token) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          headers.put(AUTHORIZATION, "Bearer " + token);
          super.start(listener, headers);
        }
      };
    }
  }
}
