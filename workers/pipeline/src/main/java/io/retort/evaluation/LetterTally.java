package io.retort.evaluation;

import io.retort.v1.GeneratedSample;
import io.retort.v1.LetterAccuracy;
import java.util.List;
import java.util.TreeMap;

/**
 * Counts the answers to multiple choices by the letter of the right option and of the chosen one.
 */
final class LetterTally {
  private final TreeMap<String, LetterAccuracy.Builder> letters = new TreeMap<>();

  void add(GeneratedSample sample) {
    if (sample.getChoices() == 0) {
      return;
    }
    LetterAccuracy.Builder gold = of(sample.getGold());
    gold.setSamples(gold.getSamples() + 1);
    if (sample.getCorrect()) {
      gold.setCorrect(gold.getCorrect() + 1);
    }
    if (!sample.getUnrotatedAnswer().isEmpty()) {
      int place = sample.getUnrotatedAnswer().charAt(0) - 'A' - sample.getIndex();
      LetterAccuracy.Builder chosen =
          of(Character.toString('A' + Math.floorMod(place, sample.getChoices())));
      chosen.setChosen(chosen.getChosen() + 1);
    }
  }

  /** In the order of the letters; empty where no problem was a multiple choice. */
  List<LetterAccuracy> letters() {
    return letters.values().stream().map(LetterAccuracy.Builder::build).toList();
  }

  private LetterAccuracy.Builder of(String letter) {
    return letters.computeIfAbsent(letter, name -> LetterAccuracy.newBuilder().setLetter(name));
  }
}
