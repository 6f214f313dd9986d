package io.retort.cli;

import io.retort.client.RetortClient;
import io.retort.output.ExitCode;
import io.retort.tls.TlsFileException;
import java.time.Duration;
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
  RetortClient open() {
    try {
      return RetortClient.builder()
          .environment(
              Map.of(
                  "RETORT_CONTROL_ADDRESS", address,
                  "RETORT_TOKEN", token,
                  "RETORT_TLS_CA", caFile,
                  "RETORT_TLS_CERT", certificate,
                  "RETORT_TLS_KEY", key))
          // A person who waits wants to know soon that nobody answers.
          .retryFor(Duration.ofSeconds(5))
          .build();
    } catch (IllegalArgumentException | TlsFileException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return address;
  }

  private static String either(
      Map<String, String> environment, String name, Optional<String> saved) {
    String value = environment.getOrDefault(name, "").strip();
    return value.isEmpty() ? saved.orElse("") : value;
  }
}
