package io.retort.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Locations of samples, {@code file:row}, in 8 bytes each if those of one file are adjacent. */
final class RowPlaces {
  private final List<String> files = new ArrayList<>();
  private int[] fileOf = new int[1 << 10];
  private int[] rowOf = new int[1 << 10];
  private int size;

  /**
   * @param place a file, a colon and a number
   */
  void add(String place) {
    int colon = place.lastIndexOf(':');
    String file = place.substring(0, colon);
    if (files.isEmpty() || !files.get(files.size() - 1).equals(file)) {
      files.add(file);
    }
    if (size == fileOf.length) {
      fileOf = Arrays.copyOf(fileOf, size * 2);
      rowOf = Arrays.copyOf(rowOf, size * 2);
    }
    fileOf[size] = files.size() - 1;
    rowOf[size] = Integer.parseUnsignedInt(place, colon + 1, place.length(), 10);
    size++;
  }

  /** The location with the given 0-based index. */
  String get(int index) {
    return files.get(fileOf[index]) + ":" + Integer.toUnsignedString(rowOf[index]);
  }
}
