package io.retort.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.retort.v1.CodeTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tests of a program in the format of LiveCodeBench: the JSON text {@code [{"input": TEXT,
 * "output": TEXT, "testtype": "stdin"|"functional"}]}, or Base64 of zlib of a pickle of that text.
 * The pickle is parsed as data and never executed: see {@link PickledString}.
 */
final class LiveCodeBenchTests {
  static final int MOST_TESTS = 10_000;

  private static final Set<String> KEYS = Set.of("input", "output", "testtype");
  private static final String KEYS_SHOWN =
      "the texts input, output and testtype, which is stdin or functional)";
  private static final Set<String> TEST_TYPES = Set.of("stdin", "functional");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // The size of the text is limited before it is parsed.
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  /**
   * @param field that holds the tests, for messages
   * @param mostBytes maximum size after decompression
   */
  static List<CodeTest> read(String field, String written, int mostBytes)
      throws RefusedRowException {
    try {
      return parse(written.startsWith("[") ? written : unpacked(written, mostBytes));
    } catch (RefusedRowException e) {
      throw new RefusedRowException(e.reason(), field + ": " + e.getMessage());
    }
  }

  private static String unpacked(String written, int mostBytes) throws RefusedRowException {
    byte[] compressed;
    try {
      compressed = Base64.getDecoder().decode(written);
    } catch (IllegalArgumentException e) {
      throw refused("neither a JSON array nor Base64 (expected: one of both)");
    }
    return PickledString.read(Inflated.of(compressed, mostBytes));
  }

  private static List<CodeTest> parse(String json) throws RefusedRowException {
    List<CodeTest> tests = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw refused("no JSON array (expected: an array of tests)");
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        if (tests.size() == MOST_TESTS) {
          throw refused("more than " + MOST_TESTS + " tests (expected: at most as many)");
        }
        tests.add(test(parser, tests.size()));
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw refused("not an array of objects and nothing else (expected: an array of tests)");
      }
    } catch (JsonProcessingException e) {
      throw refused("not JSON after test " + tests.size() + " (expected: an array of tests)");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tests;
  }

  private static CodeTest test(JsonParser parser, int index)
      throws IOException, RefusedRowException {
    Map<String, String> values = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING
          || !KEYS.contains(key)
          || values.put(key, parser.getText()) != null) {
        throw refused(
            "test " + index + ": another field, or one that is no text (expected: " + KEYS_SHOWN);
      }
    }
    if (values.size() != KEYS.size() || !TEST_TYPES.contains(values.get("testtype"))) {
      throw refused(
          "test " + index + ": a field is missing or no such type (expected: " + KEYS_SHOWN);
    }
    String input = values.getOrDefault("input", "");
    String output = values.getOrDefault("output", "");
    if (JsonRow.hasLoneSurrogate(input) || JsonRow.hasLoneSurrogate(output)) {
      throw refused("test " + index + ": half a surrogate pair (expected: Unicode text)");
    }
    return CodeTest.newBuilder().setInput(input).setExpectedOutput(output).build();
  }

  private static RefusedRowException refused(String message) {
    return new RefusedRowException(QuarantineReason.BAD_TESTS, message);
  }

  private LiveCodeBenchTests() {}
}
