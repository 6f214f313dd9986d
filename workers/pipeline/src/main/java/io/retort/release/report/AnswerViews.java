package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The report's view of generated answers: a table of some for every reader, and all that are
 * embedded for the page's script.
 */
final class AnswerViews {
  private static final int LONGEST_TEXT = 4_000;
  private static final int LONGEST_PROBLEM = 3_000;
  private static final int LONGEST_ANSWER = 200;
  private static final int LONGEST_IN_TABLE = 240;
  private static final int MOST_ROWS = 30;

  /** Characters of all embedded texts together. */
  private static final long MOST_CHARACTERS = 6_000_000;

  /**
   * @param kept which answers are embedded, and how many
   * @param whole where all answers lie
   */
  record Answers(String kept, List<ReportView.Fact> whole, List<Row> rows) {}

  record Row(
      String benchmark, String model, String problem, String answer, String gold, String outcome) {}

  /** An answer as the script gets it; a redacted one has no text, answer and gold. */
  record Embedded(
      String benchmark,
      String model,
      String problem,
      long index,
      String outcome,
      String answer,
      String gold,
      String reason,
      String text,
      long tokens,
      boolean redacted) {}

  /** Empty without answers. */
  static Optional<Answers> of(ReportAnswers answers, List<Score> scores) {
    if (answers.answers().isEmpty()) {
      return Optional.empty();
    }
    long all =
        scores.stream()
            .filter(Score::hasSamplesManifest)
            .mapToLong(score -> score.getSamplesManifest().getRows())
            .sum();
    return Optional.of(
        new Answers(
            Figures.count(answers.answers().size())
                + " of "
                + Figures.count(all)
                + " answers: the first "
                + ReportAnswers.OF_AN_OUTCOME
                + " of each outcome, of each model on each benchmark, among its first "
                + Figures.count(ReportAnswers.SEARCHED)
                + " answers",
            scores.stream()
                .filter(Score::hasSamplesManifest)
                .map(
                    score ->
                        new ReportView.Fact(
                            score.getModel() + " on " + score.getBenchmark(),
                            score.getSamplesManifest().getUri()))
                .toList(),
            rows(answers)));
  }

  /** For {@link EmbeddedJson}: answers, and problems by id. */
  static Map<String, Object> data(ReportAnswers answers) {
    List<Embedded> embedded = new ArrayList<>();
    Map<String, Map<String, Object>> problems = new LinkedHashMap<>();
    long characters = 0;
    for (ReportAnswers.Answer answer : answers.answers()) {
      String text = Cut.middle(answer.sample().getText(), LONGEST_TEXT);
      characters += text.length();
      embedded.add(
          embedded(
              answer,
              characters > MOST_CHARACTERS && !text.isEmpty()
                  ? leftOut(answer.sample().getText().length())
                  : text));
      Sample problem = answers.problems().get(answer.sample().getSampleId());
      if (problem != null && !problems.containsKey(problem.getId())) {
        String statement = Cut.middle(problem.getProblem(), LONGEST_PROBLEM);
        List<String> choices =
            problem.getChoicesList().stream()
                .map(choice -> Cut.end(choice, LONGEST_IN_TABLE))
                .toList();
        long length = statement.length() + choices.stream().mapToLong(String::length).sum();
        characters += length;
        problems.put(
            problem.getId(),
            characters > MOST_CHARACTERS
                ? Map.of("problem", leftOut(length), "choices", List.of())
                : Map.of("problem", statement, "choices", choices));
      }
    }
    return Map.of("answers", embedded, "problems", problems);
  }

  private static String leftOut(long characters) {
    return "… (" + Figures.count(characters) + " characters left out: the page is full)";
  }

  /** {@code no answer}. */
  static String name(SampleOutcome outcome) {
    return switch (outcome) {
      case SAMPLE_OUTCOME_CORRECT -> "correct";
      case SAMPLE_OUTCOME_WRONG -> "wrong";
      case SAMPLE_OUTCOME_NO_ANSWER -> "no answer";
      case SAMPLE_OUTCOME_TRUNCATED -> "cut";
      case SAMPLE_OUTCOME_CHECKER_ERROR -> "not decided";
      case SAMPLE_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> outcome.name().toLowerCase(Locale.ROOT);
    };
  }

  private static Embedded embedded(ReportAnswers.Answer answer, String text) {
    return new Embedded(
        answer.benchmark(),
        answer.model(),
        answer.sample().getSampleId(),
        Integer.toUnsignedLong(answer.sample().getIndex()),
        name(answer.outcome()),
        Cut.end(answer.sample().getAnswer(), LONGEST_ANSWER),
        Cut.end(answer.sample().getGold(), LONGEST_ANSWER),
        Cut.end(answer.sample().getReason(), LONGEST_ANSWER),
        text,
        Integer.toUnsignedLong(answer.sample().getTokens()),
        answer.redacted());
  }

  /** One of each outcome of each model on each benchmark. */
  private static List<Row> rows(ReportAnswers answers) {
    Set<List<Object>> seen = new HashSet<>();
    return answers.answers().stream()
        .filter(answer -> seen.add(List.of(answer.benchmark(), answer.model(), answer.outcome())))
        .limit(MOST_ROWS)
        .map(answer -> row(answer, answers.problems()))
        .toList();
  }

  private static Row row(ReportAnswers.Answer answer, Map<String, Sample> problems) {
    String id = answer.sample().getSampleId();
    Sample problem = problems.get(id);
    return new Row(
        answer.benchmark(),
        answer.model(),
        problem == null
            ? (answer.redacted() ? "not shown: " : "") + id.substring(0, Math.min(12, id.length()))
            : Cut.end(problem.getProblem(), LONGEST_IN_TABLE),
        answer.redacted() ? "not shown" : Cut.end(answer.sample().getAnswer(), LONGEST_ANSWER),
        answer.redacted() ? "not shown" : Cut.end(answer.sample().getGold(), LONGEST_ANSWER),
        name(answer.outcome()));
  }

  private AnswerViews() {}
}
