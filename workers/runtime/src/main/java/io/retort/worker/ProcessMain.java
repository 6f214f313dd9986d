package io.retort.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the {@code main} of each process runs in. Without it, a process whose start fails would stay
 * alive by the threads that it has started already, and nobody would start it again.
 */
public final class ProcessMain {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessMain.class);
  private static final int FAILED = 1;
  private static final int MISCONFIGURED = 2;

  /** The body of a {@code main}. */
  @FunctionalInterface
  public interface Body {
    void run() throws Exception;
  }

  /**
   * Runs a process until its body returns; threads that the body started may keep it alive.
   *
   * <p>Ends the process with exit code 2, and a message on the standard error stream, if the body
   * throws a {@link ConfigurationException}, and with exit code 1 and a stack trace in the log if
   * it throws anything else.
   *
   * @param name of the process, in messages, such as {@code judge worker}
   */
  public static void run(String name, Body body) {
    try {
      body.run();
    } catch (ConfigurationException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(MISCONFIGURED);
    } catch (Throwable e) {
      LOG.error("{} failed", name, e);
      System.exit(FAILED);
    }
  }

  private ProcessMain() {}
}
