package io.retort.worker;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.ThreadFactories;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;

/** Threads that accept connections. */
public final class AcceptThreads {
  private static final Duration LONGEST_END = Duration.ofSeconds(10);

  /**
   * One thread, which ends as soon as its server has stopped: when that happens no connection is
   * accepted any more, and nothing is gained by Netty's two seconds of waiting for a new one.
   */
  public static EventLoopGroup of(String name) {
    return EventLoopGroups.builder()
        .numThreads(1)
        .threadFactory(ThreadFactories.newThreadFactory(name, false))
        .gracefulShutdown(Duration.ZERO, LONGEST_END)
        .build();
  }

  private AcceptThreads() {}
}
