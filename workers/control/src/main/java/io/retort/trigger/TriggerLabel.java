package io.retort.trigger;

/** The label by which the runs of a trigger are found. */
public final class TriggerLabel {
  /** Its value is the trigger's name. */
  public static final String KEY = "retort.dev/trigger";

  private static final String RESERVED = "retort.dev/";

  static boolean isReserved(String key) {
    return key.startsWith(RESERVED);
  }

  private TriggerLabel() {}
}
