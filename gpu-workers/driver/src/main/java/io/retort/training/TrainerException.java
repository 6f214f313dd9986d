package io.retort.training;

import org.jspecify.annotations.Nullable;

/** Why a trainer or its cluster did not answer. */
public abstract sealed class TrainerException extends Exception {
  private static final long serialVersionUID = 1L;

  private TrainerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** No response in time, or no connection. Says nothing about the trainer's health. */
  public static sealed class Unreachable extends TrainerException {
    private static final long serialVersionUID = 1L;

    public Unreachable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The cluster that this driver had joined is gone, usually with all its trainers, or was given
   * up. Retrying is useless: another driver has to join the next cluster.
   */
  public static final class Lost extends Unreachable {
    private static final long serialVersionUID = 1L;

    public Lost(String message) {
      super(message, null);
    }
  }

  /** The cluster reports that the trainer's process has ended. */
  public static final class Died extends TrainerException {
    private static final long serialVersionUID = 1L;

    public Died(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The trainer's response violates its contract. */
  public static final class Misbehaved extends TrainerException {
    private static final long serialVersionUID = 1L;

    public Misbehaved(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
