package io.retort.worker;

import java.util.concurrent.ThreadFactory;

/** Factories of daemon threads, which do not keep the process alive. */
public final class DaemonThreads {
  /**
   * @param name of each thread
   */
  public static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private DaemonThreads() {}
}
