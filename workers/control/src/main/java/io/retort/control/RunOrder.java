package io.retort.control;

import java.util.Comparator;

/** Orders of a list of runs. Of runs with the same name, the newest comes first. */
enum RunOrder {
  CREATED_ASC,
  CREATED_DESC,
  NAME_ASC,
  NAME_DESC;

  /** Throws INVALID_ARGUMENT for a text that is no order. */
  static RunOrder of(String text) {
    return switch (text.strip().replaceAll("\\s+", " ")) {
      case "", "created_at desc" -> CREATED_DESC;
      case "created_at", "created_at asc" -> CREATED_ASC;
      case "name", "name asc" -> NAME_ASC;
      case "name desc" -> NAME_DESC;
      default ->
          throw ApiErrors.invalid(
              "order_by",
              '"'
                  + (text.length() > 100 ? text.substring(0, 100) + "..." : text)
                  + "\" (expected: created_at or name, each alone or with asc or desc)");
    };
  }

  Comparator<RunPageToken> comparator() {
    Comparator<RunPageToken> oldest = Comparator.comparingLong(RunPageToken::createdMillis);
    Comparator<RunPageToken> name = Comparator.comparing(RunPageToken::name);
    return switch (this) {
      case CREATED_ASC -> oldest.thenComparing(RunPageToken::runId);
      case CREATED_DESC -> oldest.reversed().thenComparing(RunPageToken::runId);
      case NAME_ASC -> name.thenComparing(oldest.reversed()).thenComparing(RunPageToken::runId);
      case NAME_DESC ->
          name.reversed().thenComparing(oldest.reversed()).thenComparing(RunPageToken::runId);
    };
  }
}
