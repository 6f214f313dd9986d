package io.retort.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The answers to one problem as votes: how often each answer was given, and whether it is right.
 * The order in which the answers were drawn is not in it.
 *
 * @param candidates different answers, the same for the same votes
 * @param abstentions texts without an answer
 */
record Ballot(List<Candidate> candidates, int abstentions) {
  Ballot {
    candidates = List.copyOf(candidates);
  }

  record Candidate(int votes, boolean correct) {}

  /**
   * @param classes of each answer: equal numbers for the same answer, negative for none
   * @param correct whether each is known to be the gold answer
   */
  static Ballot of(int[] classes, boolean[] correct) {
    Map<Integer, Candidate> counted = new TreeMap<>();
    int abstentions = 0;
    for (int index = 0; index < classes.length; index++) {
      if (classes[index] < 0) {
        abstentions++;
      } else {
        counted.merge(
            classes[index],
            new Candidate(1, correct[index]),
            (one, other) ->
                new Candidate(one.votes() + other.votes(), one.correct() || other.correct()));
      }
    }
    List<Candidate> candidates = new ArrayList<>(counted.values());
    candidates.sort(
        Comparator.comparing(Candidate::correct).thenComparingInt(Candidate::votes).reversed());
    return new Ballot(candidates, abstentions);
  }

  int answers() {
    return abstentions + candidates.stream().mapToInt(Candidate::votes).sum();
  }
}
