package io.retort.ray;

import io.ray.api.ObjectRef;
import io.ray.api.exception.CrossLanguageException;
import io.ray.api.exception.RayActorException;
import io.ray.api.exception.RayException;
import io.ray.api.exception.RayTaskException;
import io.ray.api.exception.RayTimeoutException;
import io.retort.training.TrainerException;
import java.time.Duration;
import java.util.function.Supplier;

/** Ray's errors as {@link TrainerException}s. */
final class RayCalls {
  /** Waits for an answer of Python code. */
  static <T> T await(ObjectRef<T> answer, String what, Duration timeout) throws TrainerException {
    try {
      return answer.get(timeout.toMillis());
    } catch (RayTimeoutException e) {
      throw new TrainerException.Unreachable(
          what + ": no answer within " + timeout.toMillis() + " ms", e);
    } catch (RayActorException e) {
      throw new TrainerException.Died(what + ": " + e.getMessage(), e);
    } catch (RayTaskException | CrossLanguageException e) {
      throw new TrainerException.Misbehaved(what + ": raised: " + e.getMessage(), e);
    } catch (RayException | IllegalArgumentException | IllegalStateException e) {
      throw unreachable(what, e);
    }
  }

  /** Asks the cluster itself. */
  static <T> T ask(String what, Supplier<T> question) throws TrainerException.Unreachable {
    try {
      return question.get();
    } catch (RayException | IllegalArgumentException | IllegalStateException e) {
      throw unreachable(what, e);
    }
  }

  private static TrainerException.Unreachable unreachable(String what, RuntimeException cause) {
    return new TrainerException.Unreachable(what + ": " + cause.getMessage(), cause);
  }

  private RayCalls() {}
}
