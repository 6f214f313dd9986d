package io.retort.identity;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.retort.worker.DaemonThreads;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends streams whose caller has lost the right to them: UNAUTHENTICATED after the token or session
 * has ended, PERMISSION_DENIED or NOT_FOUND after a role was lost. Streams with the same
 * credentials share one look-up per check, and what a stream is about is looked at again only when
 * its caller's roles have changed.
 */
final class OpenStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenStreams.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);

  /** Checks in a row that the store does not answer, after which the streams end. */
  private static final int MOST_MISSES = 30;

  private final Authenticator authenticator;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("open-streams"));

  OpenStreams(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** Checks the streams from now on. */
  void start() {
    ScheduledFuture<?> ignored =
        executor.scheduleWithFixedDelay(
            this::checkSafely, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A call that sends messages for as long as it likes. */
  interface Call {
    boolean isOver();

    /**
     * @throws StatusRuntimeException if the caller may not make this call
     */
    void require(Caller caller);

    /** After this the call is over. */
    void end(StatusRuntimeException error);
  }

  /**
   * Follows a stream until it is over.
   *
   * @param caller whose call was allowed
   */
  void add(Credentials credentials, Caller caller, Call call) {
    streams.add(new Stream(credentials, caller, call));
  }

  int count() {
    return streams.size();
  }

  /** Looks once at all streams. */
  void check() {
    streams.removeIf(stream -> stream.call.isOver());
    Map<Credentials, Answer> answers = new HashMap<>();
    for (Stream stream : streams) {
      Answer answer = answers.computeIfAbsent(stream.credentials, this::ask);
      Optional<StatusRuntimeException> refusal;
      try {
        refusal = stream.refusal(answer);
      } catch (RuntimeException e) {
        LOG.error("the access to an open stream cannot be checked", e);
        refusal = Optional.of(AccessErrors.internal());
      }
      if (refusal.isPresent()) {
        stream.call.end(refusal.get());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private void checkSafely() {
    try {
      check();
    } catch (RuntimeException | Error e) {
      // The executor would end the checks without a word.
      LOG.error("open streams cannot be checked", e);
    }
  }

  private Answer ask(Credentials credentials) {
    try {
      return new Answer(
          Optional.of(
              authenticator.authenticate(credentials.authorization(), credentials.cookie())),
          Optional.empty());
    } catch (StatusRuntimeException e) {
      return new Answer(Optional.empty(), Optional.of(e));
    }
  }

  private record Answer(Optional<Caller> caller, Optional<StatusRuntimeException> error) {}

  /** One stream. Checked by one thread. */
  private static final class Stream {
    private final Credentials credentials;
    private final Call call;
    private Caller caller;
    private int misses;

    Stream(Credentials credentials, Caller caller, Call call) {
      this.credentials = credentials;
      this.caller = caller;
      this.call = call;
    }

    /** Why the stream ends; empty while it may go on. */
    Optional<StatusRuntimeException> refusal(Answer answer) {
      Optional<StatusRuntimeException> error =
          answer.caller().isPresent() ? changed(answer.caller().get()) : answer.error();
      boolean unknown = error.isPresent() && error.get().getStatus().getCode() == Code.UNAVAILABLE;
      misses = unknown ? misses + 1 : 0;
      return unknown && misses < MOST_MISSES ? Optional.empty() : error;
    }

    private Optional<StatusRuntimeException> changed(Caller now) {
      if (now.equals(caller)) {
        return Optional.empty();
      }
      try {
        call.require(now);
      } catch (StatusRuntimeException e) {
        return Optional.of(e);
      }
      if (!now.sees(caller)) {
        // The stream selects what it shows by the roles with which it began.
        return Optional.of(
            AccessErrors.denied(
                "the roles of " + now.name() + " have changed (expected: a new call)"));
      }
      caller = now;
      return Optional.empty();
    }
  }
}
