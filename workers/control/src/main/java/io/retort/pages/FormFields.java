package io.retort.pages;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a form shows of a spec.
 *
 * @param paths of its fields and of the messages that are sections of it
 */
record FormFields(Set<String> paths) {
  /**
   * The path itself where the form shows it, else the first item of the list or the message around
   * it that the form shows; empty for the whole spec.
   */
  Optional<String> nearest(String path) {
    String wanted = path;
    while (!wanted.isEmpty()) {
      for (String candidate : List.of(wanted, wanted + "[0]")) {
        if (paths.contains(candidate)) {
          return Optional.of(candidate);
        }
      }
      int end = Math.max(wanted.lastIndexOf('.'), wanted.lastIndexOf('['));
      wanted = end < 0 ? "" : wanted.substring(0, end);
    }
    return Optional.empty();
  }
}
