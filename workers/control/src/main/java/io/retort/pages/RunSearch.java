package io.retort.pages;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import io.retort.annotation.RunLabels;
import io.retort.filter.FilterException;
import io.retort.filter.RunFilter;
import io.retort.identity.Caller;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.RunPhase;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which runs the list shows, as the address of its page has it. Each part narrows it further.
 *
 * @param team part of a name; so are student and dataset
 * @param label KEY or KEY=VALUE
 * @param text part of a name, an id, a student, a data set or a person
 * @param since first day, yyyy-MM-dd, in UTC; {@code until} is the last one
 * @param waits only runs that wait for the reader
 * @param filter of the API, for experts
 */
public record RunSearch(
    List<RunPhase> phases,
    String stage,
    String team,
    String student,
    String dataset,
    String label,
    String text,
    String since,
    String until,
    boolean waits,
    String order,
    String filter) {
  /** Of a field, in characters. */
  static final int LONGEST = 200;

  private static final int LAST_YEAR = 9999;

  static RunSearch of(Form form) {
    return new RunSearch(
        form.texts("phase").stream().distinct().map(RunSearch::phase).toList(),
        form.text("stage"),
        form.text("team"),
        form.text("student"),
        form.text("dataset"),
        form.text("label"),
        form.text("text"),
        form.text("since"),
        form.text("until"),
        form.text("waits").equals("true"),
        form.text("order"),
        form.text("filter"));
  }

  /** Whether more than the phase and the order is chosen. */
  public boolean isNarrow() {
    return !expression().isEmpty();
  }

  /** What is wrong, by the name of the field. */
  Map<String, String> problems(Caller caller) {
    Map<String, String> problems = new LinkedHashMap<>();
    texts()
        .forEach(
            (name, value) -> {
              if (value.length() > LONGEST) {
                problems.put(
                    name, value.length() + " characters (expected: at most " + LONGEST + ")");
              }
            });
    if (!label.isEmpty() && !RunLabels.isKey(key())) {
      problems.put("label", "\"" + key() + "\" (expected: KEY or KEY=VALUE, as in project=a)");
    }
    for (Map.Entry<String, String> day : Map.of("since", since, "until", until).entrySet()) {
      if (!day.getValue().isEmpty() && !isDay(day.getValue())) {
        problems.put(
            day.getKey(), "\"" + day.getValue() + "\" (expected: a day, as in 2026-01-31)");
      }
    }
    try {
      Object ignored = RunFilter.parse(filter, caller);
    } catch (FilterException e) {
      problems.put("filter", String.valueOf(e.getMessage()));
    }
    return problems;
  }

  ListRunsRequest request(int pageSize, String token) {
    return ListRunsRequest.newBuilder()
        .setPageSize(pageSize)
        .setPageToken(token)
        .addAllPhases(phases)
        .setFilter(expression())
        .setOrderBy(order)
        .build();
  }

  /** Of the page, without the parts that are not used. */
  String address(String token) {
    QueryParamsBuilder query = QueryParams.builder();
    phases.forEach(phase -> query.add("phase", phase.name()));
    texts()
        .forEach(
            (name, value) -> {
              if (!value.isEmpty()) {
                query.add(name, value);
              }
            });
    if (waits) {
      query.add("waits", "true");
    }
    if (!order.isEmpty()) {
      query.add("order", order);
    }
    if (!filter.isEmpty()) {
      query.add("filter", filter);
    }
    if (!token.isEmpty()) {
      query.add("page_token", token);
    }
    String all = query.build().toQueryString();
    return all.isEmpty() ? "/runs" : "/runs?" + all;
  }

  /** In the language of the API. What a person wrote is quoted, so that it stays one value. */
  String expression() {
    List<String> all = new ArrayList<>();
    if (!filter.isEmpty()) {
      all.add("(" + filter + ")");
    }
    has(all, "team", team);
    has(all, "student", student);
    has(all, "dataset", dataset);
    if (!stage.isEmpty()) {
      all.add("stage=" + quoted(stage));
    }
    if (!label.isEmpty()) {
      int equals = label.indexOf('=');
      all.add(
          "label."
              + quoted(key())
              + (equals < 0 ? ":*" : "=" + quoted(label.substring(equals + 1).strip())));
    }
    if (!text.isEmpty()) {
      String wanted = quoted(text);
      all.add(
          "(name:"
              + wanted
              + " OR run_id:"
              + wanted
              + " OR student:"
              + wanted
              + " OR dataset:"
              + wanted
              + " OR created_by:"
              + wanted
              + ")");
    }
    if (!since.isEmpty() && isDay(since)) {
      all.add("created_at>=" + since);
    }
    if (!until.isEmpty() && isDay(until)) {
      // Quoted: the day after the last one has a sign before its year.
      all.add("created_at<" + quoted(LocalDate.parse(until).plusDays(1).toString()));
    }
    if (waits) {
      all.add("waits_for_me=true");
    }
    return String.join(" AND ", all);
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("stage", stage);
    texts.put("team", team);
    texts.put("student", student);
    texts.put("dataset", dataset);
    texts.put("label", label);
    texts.put("text", text);
    texts.put("since", since);
    texts.put("until", until);
    return texts;
  }

  private String key() {
    int equals = label.indexOf('=');
    return (equals < 0 ? label : label.substring(0, equals)).strip();
  }

  private static void has(List<String> all, String field, String wanted) {
    if (!wanted.isEmpty()) {
      all.add(field + ":" + quoted(wanted));
    }
  }

  /** A value of the filter of the API. */
  static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static boolean isDay(String text) {
    try {
      int year = LocalDate.parse(text).getYear();
      return year >= 0 && year <= LAST_YEAR;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static RunPhase phase(String name) {
    try {
      return RunPhase.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST,
          "phase: \"" + name + "\" (expected: the name of a phase, for example RUN_PHASE_RUNNING)");
    }
  }
}
