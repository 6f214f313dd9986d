package io.retort.trigger;

import io.grpc.StatusRuntimeException;
import io.retort.store.CorruptArtifactException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pass over triggers in which one that fails does not keep the others from their part. */
final class TriggerPass {
  private static final Logger LOG = LoggerFactory.getLogger(TriggerPass.class);

  /** More of them mean that Temporal or the store does not answer, and each would take long. */
  private static final int MOST_WITHOUT_ANSWER = 3;

  /**
   * @param what of each trigger, for messages
   * @throws StatusRuntimeException of several triggers in a row for which Temporal did not answer
   * @throws IOException the same for the store
   */
  static void over(String what, Collection<String> names, Step step) throws IOException {
    int withoutAnswer = 0;
    for (String name : names) {
      try {
        step.of(name);
        withoutAnswer = 0;
      } catch (CorruptArtifactException e) {
        LOG.error("the {} of trigger {} is left as it is: {}", what, name, e.getMessage());
      } catch (IOException e) {
        withoutAnswer++;
        if (withoutAnswer == MOST_WITHOUT_ANSWER) {
          throw e;
        }
        logged(what, name, e);
      } catch (StatusRuntimeException e) {
        withoutAnswer = isAnswer(e) ? 0 : withoutAnswer + 1;
        if (withoutAnswer == MOST_WITHOUT_ANSWER) {
          throw e;
        }
        logged(what, name, e);
      }
    }
  }

  /**
   * Names of the triggers that are stored, and of those that Temporal has something for.
   *
   * @param ids of what Temporal has; those of triggers begin with the prefix
   */
  static Set<String> names(Collection<String> stored, String prefix, Collection<String> ids) {
    Set<String> names = new HashSet<>(stored);
    ids.stream()
        .filter(id -> id.startsWith(prefix))
        .map(id -> id.substring(prefix.length()))
        .filter(TriggerStore::isName)
        .forEach(names::add);
    return names;
  }

  private static boolean isAnswer(StatusRuntimeException thrown) {
    return switch (thrown.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED -> false;
      default -> true;
    };
  }

  private static void logged(String what, String name, Exception thrown) {
    LOG.warn(
        "the {} of trigger {} does not follow it yet; tried again: {}",
        what,
        name,
        thrown.toString());
    LOG.debug("cause", thrown);
  }

  @FunctionalInterface
  interface Step {
    void of(String name) throws IOException;
  }

  private TriggerPass() {}
}
