package io.retort.client;

/**
 * One field of a request that was refused.
 *
 * @param field its path: {@code sft.epochs}
 * @param description the value, and what was expected
 */
public record Violation(String field, String description) {
  @Override
  public String toString() {
    return field + ": " + description;
  }
}
