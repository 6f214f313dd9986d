package io.retort.control;

import io.retort.enums.RunPhases;
import io.retort.filter.FilterException;
import io.retort.filter.FilterSubject;
import io.retort.filter.RunFilter;
import io.retort.identity.Caller;
import io.retort.v1.RunPhase;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which runs a call selects.
 *
 * @param caller sees no others than those of its teams
 */
record RunQuery(
    Predicate<FilterSubject> filter, Set<RunPhase> phases, int pageSize, Caller caller) {
  private static final int DEFAULT_PAGE = 50;
  private static final int LARGEST_PAGE = 1000;

  /** Throws INVALID_ARGUMENT for a filter, phases or a size that are none. */
  static RunQuery of(String filter, List<RunPhase> phases, int pageSize) {
    if (pageSize < 0 || pageSize > LARGEST_PAGE) {
      throw ApiErrors.invalid(
          "page_size", pageSize + " (expected: >= 1 and <= " + LARGEST_PAGE + ")");
    }
    Set<RunPhase> selected = EnumSet.noneOf(RunPhase.class);
    for (RunPhase phase : phases) {
      if (!RunPhases.LISTED.contains(phase)) {
        throw ApiErrors.invalid("phases", phase + " (expected: " + RunPhases.LISTED_EXPECTED + ")");
      }
      selected.add(phase);
    }
    Caller caller = Caller.current();
    try {
      return new RunQuery(
          RunFilter.parse(filter, caller),
          selected,
          pageSize == 0 ? DEFAULT_PAGE : pageSize,
          caller);
    } catch (FilterException e) {
      throw ApiErrors.invalid("filter", String.valueOf(e.getMessage()));
    }
  }

  boolean selects(IndexedRun run) {
    return run.isVisibleTo(caller)
        && (phases.isEmpty() || phases.contains(run.phase()))
        && filter.test(run.subject());
  }
}
