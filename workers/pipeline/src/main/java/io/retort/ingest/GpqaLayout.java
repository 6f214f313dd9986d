package io.retort.ingest;

import io.retort.store.Hashes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * {@code {Question, Correct Answer, Incorrect Answer 1, Incorrect Answer 2, Incorrect Answer 3,
 * Record ID}}: multiple choice. Other columns, such as those of earlier revisions, are ignored.
 *
 * <p>The options are ordered by the hash of the record's id and the option's number. The order is
 * reproducible, and the correct letters are distributed evenly.
 */
final class GpqaLayout implements RowLayout {
  private static final List<String> OPTIONS =
      List.of("Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3");

  private record Option(String text, boolean correct, String hash) {}

  @Override
  public boolean isIn(JsonRow row) {
    return OPTIONS.stream().allMatch(row::has);
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    String record = row.text("Record ID");
    List<Option> options = new ArrayList<>();
    for (String column : OPTIONS) {
      options.add(
          new Option(
              row.text(column),
              options.isEmpty(),
              Hashes.sha256Hex("option-order-v1", record, String.valueOf(options.size()))));
    }
    List<String> texts = options.stream().map(Option::text).toList();
    if (new HashSet<>(texts).size() < texts.size()) {
      throw new RefusedRowException(
          QuarantineReason.WRONG_TYPE,
          "two options are the same text (expected: " + OPTIONS.size() + " different ones)");
    }
    options.sort(Comparator.comparing(Option::hash));
    int right = 0;
    while (!options.get(right).correct()) {
      right++;
    }
    return RowText.ofChoice(
        row.text("Question"),
        options.stream().map(Option::text).toList(),
        String.valueOf((char) ('A' + right)));
  }
}
