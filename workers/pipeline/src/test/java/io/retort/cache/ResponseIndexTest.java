package io.retort.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ResponseIndexTest {
  @Test
  void findsTheSegmentThatWasPutLast() {
    ResponseIndex index = new ResponseIndex();
    Random random = new Random(7);
    long[] prefixes = random.longs(100_000).toArray();
    for (int number = 0; number < prefixes.length; number++) {
      index.put(prefixes[number], number % 100);
    }
    index.put(0, 7);
    index.put(-1, 8);
    index.put(prefixes[3], 1000);

    assertThat(index.size()).isEqualTo(prefixes.length + 2);
    for (int number = 4; number < prefixes.length; number++) {
      assertThat(index.find(prefixes[number])).isEqualTo(number % 100);
    }
    assertThat(index.find(prefixes[3])).isEqualTo(1000);
    assertThat(index.find(0)).isEqualTo(7);
    assertThat(index.find(-1)).isEqualTo(8);
    assertThat(index.find(random.nextLong())).isEqualTo(ResponseIndex.NONE);
  }

  @Test
  void anEmptyOneFindsNothing() {
    assertThat(new ResponseIndex().find(0)).isEqualTo(ResponseIndex.NONE);
  }
}
