package io.retort.ingest;

import io.retort.answers.StatedAnswer;

/**
 * An assistant's text, split into its chain and the answer that its solution states.
 *
 * <p>Chains are in {@code <think>...</think>} or {@code <|begin_of_thought|>...<|end_of_thought|>},
 * and solutions follow them. A text without markers is both.
 */
record Trace(String chain, String answer) {
  /** Markers that open and close the thought. */
  private enum Markers {
    THINK("<think>", "</think>"),
    THOUGHT("<|begin_of_thought|>", "<|end_of_thought|>");

    private final String open;
    private final String close;

    Markers(String open, String close) {
      this.open = open;
      this.close = close;
    }
  }

  static Trace parse(String field, String text) throws RefusedRowException {
    for (Markers markers : Markers.values()) {
      int close = text.lastIndexOf(markers.close);
      // Some templates open the thought in the prompt, so that the text contains only the end
      // marker.
      int open = text.indexOf(markers.open);
      if (close >= 0) {
        int start = open >= 0 && open < close ? open + markers.open.length() : 0;
        return of(
            field, text.substring(start, close), text.substring(close + markers.close.length()));
      }
      if (open >= 0) {
        throw new RefusedRowException(
            QuarantineReason.NO_ANSWER,
            field
                + ": a thought that does not end (expected: "
                + markers.close
                + " and a solution)");
      }
    }
    return of(field, text, text);
  }

  private static Trace of(String field, String chain, String solution) throws RefusedRowException {
    return new Trace(
        chain,
        StatedAnswer.find(solution)
            .orElseThrow(
                () ->
                    new RefusedRowException(
                        QuarantineReason.NO_ANSWER,
                        field + ": no final answer (expected: \\boxed{...} in the solution)")));
  }
}
