package io.retort.judge.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.retort.judge.configuration.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteOrderTest {
  private static final int ROWS = 20_000;

  @Test
  void theSameRowAlwaysHasTheSameOrder() {
    RouteOrder order = new RouteOrder(List.of(member("a", 1), member("b", 1), member("c", 0)));
    RouteOrder again = new RouteOrder(List.of(member("c", 0), member("b", 1), member("a", 1)));

    for (int row = 0; row < 100; row++) {
      assertThat(names(again, row)).isEqualTo(names(order, row)).hasSize(3);
    }
  }

  @Test
  void firstEndpointsAreSharedByWeight() {
    RouteOrder order = new RouteOrder(List.of(member("a", 1), member("b", 3), member("c", 0)));
    Map<String, Integer> first = new HashMap<>();
    for (int row = 0; row < ROWS; row++) {
      List<String> names = names(order, row);
      first.merge(names.get(0), 1, Integer::sum);
      assertThat(names.get(2)).isEqualTo("c");
    }

    assertThat(first.getOrDefault("a", 0) / (double) ROWS).isCloseTo(0.25, within(0.02));
    assertThat(first).doesNotContainKey("c");
  }

  @Test
  void anotherEndpointMovesOnlyTheRowsThatGoToIt() {
    RouteOrder two = new RouteOrder(List.of(member("a", 1), member("b", 1)));
    RouteOrder three = new RouteOrder(List.of(member("a", 1), member("b", 1), member("c", 1)));
    int moved = 0;
    for (int row = 0; row < ROWS; row++) {
      List<String> after = new ArrayList<>(names(three, row));
      if (after.get(0).equals("c")) {
        moved++;
      }
      after.remove("c");
      assertThat(after).isEqualTo(names(two, row));
    }

    assertThat(moved / (double) ROWS).isCloseTo(1 / 3.0, within(0.02));
  }

  private static List<String> names(RouteOrder order, int row) {
    return order.of("row-" + row);
  }

  private static RouteConfiguration.Target member(String name, int weight) {
    return new RouteConfiguration.Target(name, weight);
  }
}
