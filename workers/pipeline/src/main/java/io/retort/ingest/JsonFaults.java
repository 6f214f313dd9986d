package io.retort.ingest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** Why a text is not one JSON object, without the parser's advice to programmers. */
final class JsonFaults {
  private static final int MOST_CHARACTERS = 120;

  static RefusedRowException of(JsonProcessingException e) {
    return new RefusedRowException(
        QuarantineReason.NOT_JSON, fault(e) + place(e) + " (expected: " + expected(e) + ")");
  }

  static RefusedRowException of(NumberFormatException e) {
    return new RefusedRowException(
        QuarantineReason.NOT_JSON,
        "a number that is too large to be read (expected: a smaller one)");
  }

  private static String fault(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "the object does not end";
    }
    if (e instanceof MismatchedInputException) {
      return "text after the object";
    }
    String message = String.valueOf(e.getOriginalMessage());
    if (e instanceof StreamConstraintsException) {
      return message.startsWith("Document nesting")
          ? "nested more than 1000 levels deep"
          : "a number of more than 1000 digits";
    }
    // After the fault, "Unexpected character ('/' (code 47))", come the parser's options.
    int end = message.indexOf(": ");
    String fault = end < 0 ? message : message.substring(0, end);
    return fault.length() > MOST_CHARACTERS ? fault.substring(0, MOST_CHARACTERS) + "..." : fault;
  }

  /** Errors in numbers, such as an exponent of twenty digits, have no location. */
  private static String place(JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    return location == null ? "" : " at column " + location.getColumnNr();
  }

  private static String expected(JsonProcessingException e) {
    return e instanceof StreamConstraintsException
        ? "less"
        : "one JSON object, in JSON Lines on one line";
  }

  private JsonFaults() {}
}
