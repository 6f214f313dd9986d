package io.retort.worker;

/**
 * The configuration of a process is invalid; the message names the variable or file, its value and
 * the expected value.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
