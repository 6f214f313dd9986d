package io.retort.judge.answer;

/**
 * What the judge says of a chain's reasoning.
 *
 * @param reason one sentence, possibly empty
 */
public record Soundness(boolean sound, String reason) {}
