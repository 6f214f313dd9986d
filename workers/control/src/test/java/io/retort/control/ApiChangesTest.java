package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test replaces one text of a published document. */
class ApiChangesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PUBLISHED =
      """
      {"paths": {"/v1/runs": {
        "get": {
          "x-required-role": "VIEWER",
          "parameters": [
            {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 1000}},
            {"name": "filter", "in": "query", "schema": {"type": "string", "maxLength": 2000}}],
          "responses": {"200": {"content": {"application/json": {"schema": {
            "$ref": "#/components/schemas/Run"}}}}}},
        "post": {
          "x-required-role": "OPERATOR",
          "requestBody": {"content": {"application/json": {"schema": {
            "$ref": "#/components/schemas/Spec"}}}},
          "responses": {"200": {"content": {"text/event-stream": {
            "schema": {"type": "object"}, "x-event-data": {"$ref": "#/components/schemas/Run"}}}}}}}},
       "components": {"schemas": {
        "Run": {"type": "object", "required": ["run_id"], "properties": {
          "run_id": {"type": "string", "maxLength": 80}, "origin": {"$ref": "#/components/schemas/Run"}}},
        "Spec": {"type": "object", "required": ["name"], "properties": {
          "name": {"type": "string", "pattern": "^[a-z]+$"},
          "seed": {"type": "string", "format": "int64"},
          "stage": {"type": "string", "enum": ["SFT", "PAIR"]},
          "rates": {"type": "array", "minItems": 1, "items": {"type": "number", "exclusiveMinimum": 0}},
          "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63}}}}}}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/v1/runs\": | /v1/run\": | get /v1/runs: removed; post /v1/runs: removed",
        "\"post\": | \"put\": | post /v1/runs: removed",
        "\"VIEWER\" | \"ADMIN\" | get /v1/runs: needs the role ADMIN, was VIEWER",
        "\"page_size\" | \"size\" | get /v1/runs page_size: removed",
        "\"in\": \"query\", \"schema\": {\"type\": \"string\" |"
            + " \"in\": \"query\", \"required\": true, \"schema\": {\"type\": \"string\" |"
            + " get /v1/runs filter: required now",
        "\"maximum\": 1000 | \"maximum\": 100 | get /v1/runs page_size: maximum 100, was 1000",
        "\"maxLength\": 63 | \"maxLength\": 6 | post /v1/runs labels {}: maxLength 6, was 63",
        "\"minItems\": 1 | \"minItems\": 2 | post /v1/runs rates: minItems 2, was 1",
        "\"exclusiveMinimum\": 0 | \"exclusiveMinimum\": 1 |"
            + " post /v1/runs rates []: exclusiveMinimum 1, was 0",
        "[a-z]+ | [a-z] | post /v1/runs name: pattern \"^[a-z]$\", was \"^[a-z]+$\"",
        "\"int64\" | \"int32\" | post /v1/runs seed: format \"int32\", was \"int64\"",
        ", \"PAIR\" | ~~ | post /v1/runs stage: PAIR removed",
        "[\"name\"] | [\"name\", \"seed\"] | post /v1/runs seed: required now",
        "[\"run_id\"] | [] | get /v1/runs 200 run_id: may be missing now",
        "\"origin\" | \"parent\" | get /v1/runs 200 origin: removed",
        "\"labels\" | \"tags\" | post /v1/runs labels: removed",
      })
  void findsWhatBreaksAClient(String old, String now, String expected) throws Exception {
    String changed = PUBLISHED.replace(old, now);

    assertThat(changed).isNotEqualTo(PUBLISHED);
    assertThat(String.join("; ", ApiChanges.breaking(read(PUBLISHED), read(changed))))
        .isEqualTo(expected);
  }

  @Test
  void takesAdditionsAndWiderBoundsForGood() throws Exception {
    String wider =
        PUBLISHED
            .replace("\"maximum\": 1000", "\"maximum\": 2000")
            .replace("\"minItems\": 1, ", "")
            .replace("[\"SFT\"", "[\"EXPORT\", \"SFT\"")
            .replace("[\"name\"]", "[]")
            .replace("\"OPERATOR\"", "\"VIEWER\"")
            // An answer's own bounds bind no client.
            .replace("\"maxLength\": 80", "\"maxLength\": 8")
            .replace("\"seed\":", "\"note\": {\"type\": \"string\"}, \"seed\":")
            .replace("{\"paths\": {", "{\"paths\": {\"/v1/lanes\": {\"get\": {}}, ");

    assertThat(ApiChanges.breaking(read(PUBLISHED), read(wider))).isEmpty();
  }

  private static JsonNode read(String document) throws JsonProcessingException {
    return JSON.readTree(document);
  }
}
