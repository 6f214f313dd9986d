package io.retort.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordDistanceTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "a b c, a  b c, 0",
    "'a\nb', a b, 0",
    "a b c d, a x c d, 0.25",
    "a b c d, a c d, 0.25",
    "a c d, a b c d, 0.25",
    "a b, c d, 1",
    "'', a b, 1",
    "共有七十二个, 共有七十三个, 0.1667",
  })
  void shareOfWords(String left, String right, double expected) {
    assertThat(WordDistance.share(left, right)).isCloseTo(expected, within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 63, 64, 65, 200, 700})
  void agreesWithTheTextbook(int longest) {
    Random random = new Random(longest);
    for (int trial = 0; trial < 60; trial++) {
      int words = 1 + random.nextInt(6);
      int[] left = random.ints(random.nextInt(longest + 1), 0, words).toArray();
      int[] right =
          random.nextBoolean()
              ? random.ints(random.nextInt(longest + 1), 0, words).toArray()
              : mutated(left, words, random);

      assertThat(WordDistance.distance(left, right, words)).isEqualTo(textbook(left, right));
      assertThat(WordDistance.distance(right, left, words)).isEqualTo(textbook(left, right));
    }
  }

  @Test
  void chainsOfTensOfThousandsOfWords() {
    int[] left = new Random(1).ints(40_000, 0, 5_000).toArray();
    int[] right = left.clone();
    for (int index = 0; index < right.length; index += 100) {
      right[index] = 5_000;
    }

    assertThat(WordDistance.distance(left, right, 5_001)).isEqualTo(400);
  }

  private static int[] mutated(int[] words, int ids, Random random) {
    int[] mutated = words.clone();
    for (int index = 0; index < mutated.length; index += 1 + random.nextInt(9)) {
      mutated[index] = random.nextInt(ids);
    }
    return mutated;
  }

  private static int textbook(int[] left, int[] right) {
    int[] row = new int[right.length + 1];
    for (int column = 0; column <= right.length; column++) {
      row[column] = column;
    }
    for (int line = 1; line <= left.length; line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column <= right.length; column++) {
        int replaced = diagonal + (left[line - 1] == right[column - 1] ? 0 : 1);
        diagonal = row[column];
        row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
      }
    }
    return row[right.length];
  }
}
