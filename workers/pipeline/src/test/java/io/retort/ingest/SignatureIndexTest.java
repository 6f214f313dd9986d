package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures of texts, and the search for similar ones. */
final class SignatureIndexTest {
  private final Random random = new Random(7);
  private final MinHash minHash = new MinHash();

  @ParameterizedTest
  @ValueSource(ints = {8, 40, 200})
  void similarityIsNearThatOfTheGrams(int words) {
    double error = 0;
    for (int trial = 0; trial < 100; trial++) {
      String first = text(words);
      String second = changed(first, 1 + trial % Math.max(1, words / 10));
      double estimated =
          MinHash.similarity(minHash.signature(first), 0, minHash.signature(second), 0);
      error += estimated - jaccard(first, second);
      assertThat(estimated).isCloseTo(jaccard(first, second), Offset.offset(0.18));
    }
    assertThat(error / 100).as("bias").isCloseTo(0, Offset.offset(0.03));
  }

  @Test
  void textsWithoutAnythingInCommonAreNotSimilar() {
    assertThat(MinHash.similarity(minHash.signature(text(40)), 0, minHash.signature(text(40)), 0))
        .isLessThan(0.05);
  }

  @Test
  void sameTextHasTheSameSignatureWhateverWasSeenBefore() {
    byte[] signature = minHash.signature("One two three four five six seven.");
    minHash.signature(text(300));
    minHash.signature("");

    assertThat(minHash.signature("one TWO three, four five six seven")).isEqualTo(signature);
  }

  @Test
  void nearlyAllThatResemblesIsFoundAmongMany() {
    SignatureIndex index = new SignatureIndex(0.8);
    List<String> texts = IntStream.range(0, 3_000).mapToObj(number -> text(60)).toList();
    texts.forEach(text -> index.add(minHash.signature(text)));

    int found = 0;
    for (int number = 0; number < 200; number++) {
      SignatureIndex.Match match = index.find(minHash.signature(texts.get(number) + " more"));
      if (match != null && match.index() == number) {
        found++;
      }
    }

    assertThat(found).isGreaterThanOrEqualTo(198);
    assertThat(index.find(minHash.signature(text(60)))).isNull();
  }

  @Test
  void firstOfEqualsIsTold() {
    SignatureIndex index = new SignatureIndex(1);
    byte[] signature = minHash.signature(text(20));
    index.add(minHash.signature(text(20)));
    index.add(signature);
    index.add(signature);

    assertThat(index.find(signature)).isEqualTo(new SignatureIndex.Match(1, 1));
  }

  private String text(int words) {
    return IntStream.range(0, words)
        .mapToObj(number -> "w" + random.nextInt(1_000_000))
        .collect(Collectors.joining(" "));
  }

  private String changed(String text, int words) {
    String[] all = text.split(" ");
    for (int change = 0; change < words; change++) {
      all[random.nextInt(all.length)] = "changed" + random.nextInt(1_000_000);
    }
    return String.join(" ", all);
  }

  private static double jaccard(String first, String second) {
    Set<String> union = new HashSet<>(grams(first));
    Set<String> both = new HashSet<>(union);
    both.retainAll(grams(second));
    union.addAll(grams(second));
    return (double) both.size() / union.size();
  }

  private static Set<String> grams(String text) {
    List<String> words = Words.of(text);
    return IntStream.rangeClosed(0, words.size() - 5)
        .mapToObj(start -> String.join(" ", words.subList(start, start + 5)))
        .collect(Collectors.toSet());
  }
}
