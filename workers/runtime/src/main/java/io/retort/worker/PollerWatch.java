package io.retort.worker;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects when polls of this process have arrived at Temporal. That is later than the start of its
 * workers, which poll in the background and retry when they are refused.
 *
 * <p>Must be created before the workers start: polls that the server lists at that time belong to
 * an earlier process with the same identity.
 */
public final class PollerWatch {
  private static final Logger LOGGER = LoggerFactory.getLogger(PollerWatch.class);
  private static final long TICK_MILLISECONDS = 200;
  private static final int TICKS_BEFORE_WARNING = 150;

  /** A task queue that this process polls for one kind of task. */
  public record PolledQueue(String name, TaskQueueType type) {}

  private final WorkflowClient client;
  private final Map<PolledQueue, Timestamp> before = new HashMap<>();
  private String problem = "";

  private PollerWatch(WorkflowClient client) {
    this.client = client;
  }

  /** An unreachable server counts as a server without polls. */
  public static PollerWatch of(WorkflowClient client, List<PolledQueue> queues) {
    PollerWatch watch = new PollerWatch(client);
    for (PolledQueue queue : queues) {
      watch.before.put(queue, watch.lastPoll(queue));
    }
    return watch;
  }

  /**
   * Waits until the server has seen polls of every queue, or {@code stop} is counted down.
   *
   * @return whether the server has seen them
   */
  public boolean await(CountDownLatch stop) throws InterruptedException {
    int ticks = 0;
    while (!isPolling()) {
      if (stop.await(TICK_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        return false;
      }
      ticks++;
      if (ticks == TICKS_BEFORE_WARNING) {
        LOGGER.warn(
            "not ready yet: Temporal lists no polls of this worker on {}{} (expected: that the"
                + " address, namespace and permissions of TEMPORAL_* allow to poll)",
            before.keySet(),
            problem);
      }
    }
    return true;
  }

  private boolean isPolling() {
    problem = "";
    return before.entrySet().stream()
        .allMatch(entry -> Timestamps.compare(lastPoll(entry.getKey()), entry.getValue()) > 0);
  }

  /**
   * Last poll of this process, or of an earlier one with the same identity; the epoch if there was
   * none.
   */
  private Timestamp lastPoll(PolledQueue queue) {
    String identity = client.getOptions().getIdentity();
    try {
      return client
          .getWorkflowServiceStubs()
          .blockingStub()
          .describeTaskQueue(
              DescribeTaskQueueRequest.newBuilder()
                  .setNamespace(client.getOptions().getNamespace())
                  .setTaskQueue(TaskQueue.newBuilder().setName(queue.name()))
                  .setTaskQueueType(queue.type())
                  .build())
          .getPollersList()
          .stream()
          .filter(poller -> poller.getIdentity().equals(identity))
          .map(PollerInfo::getLastAccessTime)
          .max(Timestamps.comparator())
          .orElse(Timestamps.EPOCH);
    } catch (StatusRuntimeException e) {
      problem = "; " + e.getStatus();
      return Timestamps.EPOCH;
    }
  }
}
