package io.retort.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The largest heap in each part of a run. */
final class HeapCourse {
  private final JvmHeap heap;
  private final long rows;
  private final List<JvmHeap.Reading> peaks = new ArrayList<>();

  /**
   * @param parts number of parts of the run that are reported separately
   */
  HeapCourse(JvmHeap heap, long rows, int parts) {
    this.heap = heap;
    this.rows = rows;
    for (int part = 0; part < parts; part++) {
      peaks.add(new JvmHeap.Reading(0, 0));
    }
  }

  void look(long done) throws IOException, InterruptedException {
    JvmHeap.Reading now = heap.read();
    int part = (int) Math.min(peaks.size() - 1, done * peaks.size() / rows);
    JvmHeap.Reading before = peaks.get(part);
    peaks.set(
        part,
        new JvmHeap.Reading(
            Math.max(before.usedBytes(), now.usedBytes()),
            Math.max(before.keptBytes(), now.keptBytes())));
  }

  @Override
  public String toString() {
    return "pipeline heap MB by tenth of the rows, used (kept by the last full collection): "
        + peaks.stream()
            .map(peak -> (peak.usedBytes() >> 20) + " (" + (peak.keptBytes() >> 20) + ")")
            .collect(Collectors.joining(", "));
  }
}
