package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test replaces one text of a published document. */
class ApiChangesTest {
  private static final String PUBLISHED =
      """
      {"openapi": "3.1.0", "info": {"title": "Retort", "version": "1"}, "paths": {"/v1/runs": {
        "get": {
          "x-required-role": "VIEWER",
          "parameters": [
            {"name": "page_size", "in": "query", "schema": {"type": "integer", "maximum": 1000}},
            {"name": "filter", "in": "query", "schema": {"type": "string", "maxLength": 2000}}],
          "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
            "$ref": "#/components/schemas/Run"}}}}}},
        "post": {
          "x-required-role": "OPERATOR",
          "requestBody": {"content": {"application/json": {"schema": {
            "$ref": "#/components/schemas/Spec"}}}},
          "responses": {"200": {"description": ""}}}}},
       "components": {"schemas": {
        "Run": {"type": "object", "required": ["run_id"], "properties": {
          "run_id": {"type": "string", "maxLength": 80},
          "phase": {"type": "string", "enum": ["RUNNING"]}, "origin": {"$ref": "#/components/schemas/Run"}}},
        "Spec": {"type": "object", "required": ["name"], "properties": {
          "name": {"type": "string", "pattern": "^[a-z]+$"},
          "seed": {"type": "string", "format": "int64"},
          "stage": {"type": "string", "enum": ["SFT", "PAIR"]},
          "rates": {"type": "array", "minItems": 1, "items": {"type": "number", "exclusiveMinimum": 0}},
          "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63}}}}}}}
      """;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/v1/runs\": | /v1/run\": | GET /v1/runs: API path removed without deprecation",
        "\"post\": | \"put\": | POST /v1/runs: API removed without deprecation",
        "\"VIEWER\" | \"ADMIN\" | GET /v1/runs: needs ADMIN, was VIEWER",
        "\"page_size\" | \"size\" |"
            + " GET /v1/runs: deleted the `query` request parameter `page_size`",
        "\"in\": \"query\", \"schema\": {\"type\": \"string\" |"
            + " \"in\": \"query\", \"required\": true, \"schema\": {\"type\": \"string\" |"
            + " GET /v1/runs: the `query` request parameter `filter` became required",
        "\"maximum\": 1000 | \"maximum\": 100 | GET /v1/runs: for the `query` request parameter"
            + " `page_size`, the max was decreased from `1000.00` to `100.00`",
        "\"maxLength\": 63 | \"maxLength\": 6 | POST /v1/runs: the"
            + " `labels/additionalProperties` request property's maxLength was decreased to `6`",
        "\"exclusiveMinimum\": 0 | \"exclusiveMinimum\": 1 | POST /v1/runs: the `rates/items`"
            + " request property's exclusiveMinimum was increased to `1.00`",
        "[a-z]+ | [a-z] | POST /v1/runs: changed the pattern of the request property `name` from"
            + " `^[a-z]+$` to `^[a-z]$`",
        ", \"PAIR\" | ~~ | POST /v1/runs: removed the enum value `PAIR` of the request property"
            + " `stage`",
        "[\"name\"] | [\"name\", \"seed\"] |"
            + " POST /v1/runs: the request property `seed` became required",
        "\"origin\" | \"parent\" | GET /v1/runs: removed the optional property `origin` from the"
            + " response with the `200` status",
        "\"labels\" | \"tags\" | POST /v1/runs: removed the request property `labels`",
      })
  void findsWhatBreaksAClient(String old, String now, String expected) throws Exception {
    String changed = PUBLISHED.replace(old, now);

    assertThat(changed).isNotEqualTo(PUBLISHED);
    assertThat(ApiChanges.breaking(folder, PUBLISHED, changed)).contains(expected);
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
            // An answer's own bounds and new values bind no client.
            .replace("\"maxLength\": 80", "\"maxLength\": 8")
            .replace("[\"RUNNING\"]", "[\"RUNNING\", \"PAUSED\"]")
            .replace("\"seed\":", "\"note\": {\"type\": \"string\"}, \"seed\":")
            .replace(
                "\"paths\": {",
                "\"paths\": {\"/v1/lanes\": {\"get\": {\"responses\": {\"200\":"
                    + " {\"description\": \"\"}}}}, ");

    assertThat(ApiChanges.breaking(folder, PUBLISHED, wider)).isEmpty();
  }
}
