package io.retort.samples;

import io.retort.v1.Count;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts by name. */
public final class Counts {
  private final Map<String, Long> counts = new TreeMap<>();

  public void add(String name) {
    add(name, 1);
  }

  public void add(String name, long more) {
    counts.merge(name, more, Long::sum);
  }

  public long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** Sorted by name. */
  public List<Count> toList() {
    return counts.entrySet().stream()
        .map(entry -> Count.newBuilder().setName(entry.getKey()).setCount(entry.getValue()).build())
        .toList();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
