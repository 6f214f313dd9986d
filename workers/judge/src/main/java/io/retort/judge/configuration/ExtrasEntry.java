package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads {@code headers}, {@code extra_body}, {@code proxy} and {@code ca_file} of an endpoint. */
final class ExtrasEntry {
  static final Set<String> KEYS = Set.of("headers", "extra_body", "proxy", "ca_file");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
  private static final Set<String> RESERVED_HEADERS =
      Set.of("host", "content-type", "content-length", "accept", "transfer-encoding", "connection");
  // Responses with several choices and streams are not supported.
  private static final Set<String> RESERVED_FIELDS = Set.of("model", "messages", "stream", "n");
  private static final Set<String> PROXY_SCHEMES = Set.of("http", "https", "socks5");

  private final EnvironmentValues variables;
  private final FileErrors errors;
  private final String path;
  private final JsonNode entry;

  ExtrasEntry(EnvironmentValues variables, FileErrors errors, String path, JsonNode entry) {
    this.variables = variables;
    this.errors = errors;
    this.path = path;
    this.entry = entry;
  }

  EndpointExtras read() {
    return new EndpointExtras(headers(), body(), proxy(), caFile());
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new TreeMap<>();
    JsonNode mapping = mapping("headers");
    for (Map.Entry<String, JsonNode> header : mapping.properties()) {
      String field = FileErrors.child(path + ".headers", header.getKey(), mapping);
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!HEADER.matcher(name).matches() || RESERVED_HEADERS.contains(name)) {
        errors.add(field, "not a header that can be set", "a header such as X-Api-Key");
      } else if (name.equals("authorization") && entry.hasNonNull("api_key_env")) {
        errors.add(field, "also set by api_key_env", "one of them");
      }
      variables
          .textOrNamed(field, header.getValue(), "header's value")
          .ifPresent(value -> headers.put(name, value));
    }
    return headers;
  }

  private Map<String, String> body() {
    Map<String, String> body = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : mapping("extra_body").properties()) {
      if (RESERVED_FIELDS.contains(field.getKey())) {
        errors.add(
            path + ".extra_body." + field.getKey(),
            "set by the worker",
            "any field but " + RESERVED_FIELDS);
      }
      body.put(field.getKey(), field.getValue().toString());
    }
    return body;
  }

  private JsonNode mapping(String key) {
    JsonNode node = entry.path(key);
    if (!node.isMissingNode() && !node.isObject()) {
      errors.add(path + "." + key, FileErrors.shown(node), "a mapping");
    }
    return node;
  }

  private Optional<URI> proxy() {
    if (!entry.has("proxy")) {
      return Optional.empty();
    }
    String field = path + ".proxy";
    Optional<String> text = variables.textOrNamed(field, entry.path("proxy"), "proxy's address");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = Addresses.parse(text.get());
      if (uri.getScheme() != null
          && PROXY_SCHEMES.contains(uri.getScheme())
          && uri.getHost() != null
          && Addresses.isPort(uri.getPort())) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Reported below, without the text, which may hold a password.
    }
    errors.add(
        field,
        "not the address of a proxy",
        "an address with a port from 1 to 65535, such as http://10.0.0.1:3128 or"
            + " socks5://10.0.0.1:1080");
    return Optional.empty();
  }

  private Optional<Path> caFile() {
    if (!entry.has("ca_file")) {
      return Optional.empty();
    }
    String field = path + ".ca_file";
    String expected = "a readable file of PEM certificates";
    JsonNode node = entry.path("ca_file");
    if (!node.isTextual()) {
      errors.add(field, FileErrors.shown(node), expected);
      return Optional.empty();
    }
    try {
      Path file = Path.of(node.textValue());
      try (InputStream in = Files.newInputStream(file)) {
        if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
          return Optional.of(file);
        }
      }
      errors.add(field, file + " holds no certificate", expected);
    } catch (InvalidPathException e) {
      errors.add(field, FileErrors.shown(node), expected);
    } catch (IOException | CertificateException e) {
      errors.add(field, node.textValue() + " cannot be read: " + e, expected);
    }
    return Optional.empty();
  }
}
