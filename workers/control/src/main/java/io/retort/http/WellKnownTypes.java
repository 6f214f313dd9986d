package io.retort.http;

import com.google.protobuf.Descriptors.Descriptor;

/** Messages that are strings in JSON. */
final class WellKnownTypes {
  static String expectation(Descriptor type) {
    return switch (type.getFullName()) {
      case "google.protobuf.Timestamp" -> "a time such as 2026-01-31T12:00:00Z";
      case "google.protobuf.Duration" -> "seconds such as 90s or 1.5s";
      case "google.protobuf.FieldMask" -> "names of fields, separated by commas";
      default -> "JSON of " + type.getFullName();
    };
  }

  /** Whether the JSON form is a string. */
  static boolean isText(Descriptor type) {
    return switch (type.getFullName()) {
      case "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask" ->
          true;
      default -> false;
    };
  }

  private WellKnownTypes() {}
}
