package io.retort.judge.answer;

/**
 * The judge's opinion on a chain's reasoning.
 *
 * @param reason one sentence, possibly empty
 */
public record Soundness(boolean sound, String reason) {}
