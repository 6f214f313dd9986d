package io.retort.ingest;

import io.retort.answers.MarkedThought;
import io.retort.answers.StatedAnswer;
import java.util.Optional;

/**
 * An assistant's text, split into its chain and the answer that its solution states.
 *
 * <p>Chains are in {@code <think>...</think>} or {@code <|begin_of_thought|>...<|end_of_thought|>},
 * or between the markers of other models, and solutions follow them. A text without markers is
 * both.
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
      // The marker that opens the thought may have attributes.
      if (close >= 0 && (open >= 0 || !MarkedThought.isOpened(text))) {
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
    if (MarkedThought.isCut(text)) {
      throw new RefusedRowException(
          QuarantineReason.NO_ANSWER,
          field
              + ": a thought that does not end (expected: the marker that closes it, and a"
              + " solution)");
    }
    Optional<MarkedThought> marked = MarkedThought.find(text);
    return marked.isPresent()
        ? of(field, marked.get().thought(), marked.get().conclusion())
        : of(field, text, text);
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
