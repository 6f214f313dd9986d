package io.retort.judge.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.retort.judge.endpoint.EndpointConfiguration.MaxTokensField;
import io.retort.judge.endpoint.EndpointConfiguration.OmittableField;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/**
 * Reads the YAML file of endpoints:
 *
 * <pre>{@code
 * endpoints:
 *   judge:
 *     base_url: http://127.0.0.1:8080/v1
 *     model: qwen2.5-72b-instruct
 *     api_key_env: JUDGE_API_KEY   # optional: the variable that holds the key
 *     json_schema: true            # optional, default true
 *     max_in_flight: 512           # optional, default 512
 *     max_tokens_field: max_tokens # optional; max_completion_tokens for models that ask for it
 *     omit: [temperature, seed]    # optional: what the model refuses
 * }</pre>
 *
 * All mistakes are told at once, each with field, value and expectation.
 */
public final class EndpointsFile {
  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "api_key_env",
              "base_url",
              "json_schema",
              "max_in_flight",
              "max_tokens_field",
              "model",
              "omit"));
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int LARGEST_MAX_IN_FLIGHT = 65_536;

  private final Environment environment;
  private final List<String> mistakes = new ArrayList<>();

  private EndpointsFile(Environment environment) {
    this.environment = environment;
  }

  /**
   * @param environment holds the keys
   * @throws ConfigurationException with every mistake of the file
   */
  public static List<EndpointConfiguration> read(Path file, Environment environment) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          file + ": cannot be read: " + e + " (expected: a YAML file of endpoints)", e);
    }
    return new EndpointsFile(environment).parse(text, file.toString());
  }

  private List<EndpointConfiguration> parse(String text, String where) {
    JsonNode root;
    try {
      root = YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ConfigurationException(where + ": not YAML: " + e.getOriginalMessage(), e);
    }
    List<EndpointConfiguration> endpoints = new ArrayList<>();
    JsonNode entries = root.path("endpoints");
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!entry.getKey().equals("endpoints")) {
        mistake(entry.getKey(), "unknown key", "only endpoints");
      }
    }
    if (!entries.isObject() || entries.isEmpty()) {
      mistake("endpoints", shown(entries), "at least one named endpoint");
    } else {
      for (Map.Entry<String, JsonNode> entry : entries.properties()) {
        EndpointConfiguration endpoint = endpoint(entry.getKey(), entry.getValue());
        if (endpoint != null) {
          endpoints.add(endpoint);
        }
      }
    }
    if (!mistakes.isEmpty()) {
      throw new ConfigurationException(where + ":\n  " + String.join("\n  ", mistakes));
    }
    return endpoints;
  }

  private @Nullable EndpointConfiguration endpoint(String name, JsonNode entry) {
    String path = "endpoints." + name;
    int before = mistakes.size();
    if (!NAME.matcher(name).matches()) {
      mistake(path, "a name", "letters, digits, '.', '_' and '-', at most 64");
    }
    if (!entry.isObject()) {
      mistake(path, shown(entry), "base_url, model, ...");
      return null;
    }
    for (Map.Entry<String, JsonNode> field : entry.properties()) {
      if (!KEYS.contains(field.getKey())) {
        mistake(
            path + "." + field.getKey(),
            "unknown key",
            "one of " + String.join(", ", KEYS) + "; nearest: " + nearest(field.getKey()));
      }
    }
    @Nullable URI baseUrl = baseUrl(path + ".base_url", entry.path("base_url"));
    String model = text(path + ".model", entry.path("model"), "the model's name");
    Optional<String> apiKey = apiKey(path + ".api_key_env", entry.path("api_key_env"));
    boolean jsonSchema = jsonSchema(path + ".json_schema", entry.path("json_schema"));
    int maxInFlight = maxInFlight(path + ".max_in_flight", entry.path("max_in_flight"));
    MaxTokensField maxTokensField =
        entry.has("max_tokens_field")
            ? constant(
                path + ".max_tokens_field",
                entry.path("max_tokens_field"),
                MaxTokensField.MAX_TOKENS)
            : MaxTokensField.MAX_TOKENS;
    Set<OmittableField> omitted = omitted(path + ".omit", entry.path("omit"));
    if (mistakes.size() > before || baseUrl == null) {
      return null;
    }
    return new EndpointConfiguration(
        name, baseUrl, model, apiKey, jsonSchema, maxInFlight, maxTokensField, omitted);
  }

  private @Nullable URI baseUrl(String path, JsonNode node) {
    String expected = "an http or https address such as http://127.0.0.1:8080/v1";
    if (!node.isTextual()) {
      mistake(path, shown(node), expected);
      return null;
    }
    try {
      URI uri = new URI(node.textValue().strip().replaceAll("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (uri.getRawUserInfo() != null) {
        // The value may hold a password and is not shown.
        mistake(path, "holds credentials", "none; name a variable in api_key_env");
      } else if (!http
          || uri.getHost() == null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        mistake(path, shown(node), expected);
      } else {
        return uri;
      }
    } catch (URISyntaxException e) {
      mistake(path, shown(node), expected);
    }
    return null;
  }

  private Optional<String> apiKey(String path, JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual() || !VARIABLE.matcher(node.textValue()).matches()) {
      // Likely a key that was pasted here: not shown.
      mistake(path, "not a variable's name", "the name of the variable that holds the key");
      return Optional.empty();
    }
    String key = environment.get(node.textValue(), "").strip();
    if (key.isEmpty()) {
      mistake(path, node.textValue() + " is not set", "the key in that variable");
      return Optional.empty();
    }
    if (!key.chars().allMatch(character -> character > ' ' && character < 0x7f)) {
      mistake(path, node.textValue() + " holds blanks or non-ASCII characters", "a key");
      return Optional.empty();
    }
    return Optional.of(key);
  }

  private boolean jsonSchema(String path, JsonNode node) {
    if (!node.isMissingNode() && !node.isBoolean()) {
      mistake(path, shown(node), "true or false");
    }
    return node.asBoolean(true);
  }

  private int maxInFlight(String path, JsonNode node) {
    if (node.isMissingNode()) {
      return EndpointConfiguration.DEFAULT_MAX_IN_FLIGHT;
    }
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > LARGEST_MAX_IN_FLIGHT) {
      mistake(path, shown(node), "1 to " + LARGEST_MAX_IN_FLIGHT);
    }
    return node.asInt();
  }

  private Set<OmittableField> omitted(String path, JsonNode node) {
    Set<OmittableField> fields = EnumSet.noneOf(OmittableField.class);
    if (!node.isMissingNode() && !node.isArray()) {
      mistake(path, shown(node), "a list");
    }
    for (JsonNode field : node) {
      fields.add(constant(path, field, OmittableField.TEMPERATURE));
    }
    return fields;
  }

  /** The constant that {@code node} names in lower case; a mistake and {@code fallback} if none. */
  private <E extends Enum<E>> E constant(String path, JsonNode node, E fallback) {
    List<String> names = new ArrayList<>();
    for (E candidate : fallback.getDeclaringClass().getEnumConstants()) {
      String name = candidate.name().toLowerCase(Locale.ROOT);
      if (name.equals(node.textValue())) {
        return candidate;
      }
      names.add(name);
    }
    mistake(path, shown(node), String.join(" or ", names));
    return fallback;
  }

  private String text(String path, JsonNode node, String expected) {
    if (!node.isTextual() || node.textValue().isBlank()) {
      mistake(path, shown(node), expected);
    }
    return node.asText("");
  }

  private void mistake(String path, String value, String expected) {
    mistakes.add(path + ": " + value + " (expected: " + expected + ")");
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() || node.isNull() ? "missing" : node.toString();
  }

  private static String nearest(String key) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return KEYS.stream()
        .min(Comparator.comparingInt(known -> distance.apply(known, key)))
        .orElseThrow();
  }
}
