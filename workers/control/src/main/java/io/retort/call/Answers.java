package io.retort.call;

import com.google.protobuf.Message;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.error.RpcFailures;
import io.retort.spec.RequestValidator;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers calls that have one response, after the bounds of their requests are checked. */
public final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private final RequestValidator validator = new RequestValidator();
  private final Function<Exception, Optional<StatusRuntimeException>> errors;

  /**
   * @param errors what the client is told of a checked exception, or of a {@link
   *     StatusRuntimeException} that is no error of the API yet; empty for any other
   */
  public Answers(Function<Exception, Optional<StatusRuntimeException>> errors) {
    this.errors = errors;
  }

  /** What a call does. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws Exception;
  }

  /** Sends the response or the error; what nobody has foreseen is logged, and INTERNAL. */
  public <T> void answer(Message request, StreamObserver<T> observer, Call<T> call) {
    T response;
    try {
      List<SpecViolation> violations = validator.validate(request);
      if (!violations.isEmpty()) {
        throw RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
      }
      response = call.run();
    } catch (Exception e) {
      observer.onError(error(e));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private StatusRuntimeException error(Exception thrown) {
    Optional<StatusRuntimeException> known = errors.apply(thrown);
    if (known.isPresent()) {
      return known.get();
    }
    if (thrown instanceof StatusRuntimeException status) {
      return status;
    }
    LOG.error("a call failed", thrown);
    return RpcFailures.of(
        Code.INTERNAL,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "INTERNAL",
        "the control plane failed; its log says why");
  }
}
