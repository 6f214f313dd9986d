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
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-type", "content-length", "accept", "transfer-encoding", "connection");
  // The answer to more than one choice, or to a stream, is not read.
  private static final Set<String> OWN_FIELDS = Set.of("model", "messages", "stream", "n");
  private static final Set<String> PROXY_SCHEMES = Set.of("http", "https", "socks5");

  private final EnvironmentValues variables;
  private final FileErrors mistakes;
  private final String path;
  private final JsonNode entry;

  ExtrasEntry(EnvironmentValues variables, FileErrors mistakes, String path, JsonNode entry) {
    this.variables = variables;
    this.mistakes = mistakes;
    this.path = path;
    this.entry = entry;
  }

  EndpointExtras read() {
    return new EndpointExtras(headers(), body(), proxy(), caFile());
  }

  private Map<String, String> headers() {
    Map<String, String> headers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> header : mapping("headers").properties()) {
      String field = path + ".headers." + header.getKey();
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!HEADER.matcher(name).matches() || OWN_HEADERS.contains(name)) {
        mistakes.add(field, "no header that can be set", "a header such as X-Api-Key");
      } else if (name.equals("authorization") && entry.hasNonNull("api_key_env")) {
        mistakes.add(field, "set by api_key_env, too", "one of them");
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
      if (OWN_FIELDS.contains(field.getKey())) {
        mistakes.add(
            path + ".extra_body." + field.getKey(),
            "set by the worker",
            "any field but " + OWN_FIELDS);
      }
      body.put(field.getKey(), field.getValue().toString());
    }
    return body;
  }

  private JsonNode mapping(String key) {
    JsonNode node = entry.path(key);
    if (!node.isMissingNode() && !node.isObject()) {
      mistakes.add(path + "." + key, FileErrors.shown(node), "a mapping");
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
      URI uri = new URI(text.get());
      if (uri.getScheme() != null
          && PROXY_SCHEMES.contains(uri.getScheme())
          && uri.getHost() != null
          && uri.getPort() > 0) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below; the text may hold a password.
    }
    mistakes.add(
        field, "not such an address", "an address such as http://10.0.0.1:3128 or socks5://");
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
      mistakes.add(field, FileErrors.shown(node), expected);
      return Optional.empty();
    }
    try {
      Path file = Path.of(node.textValue());
      try (InputStream in = Files.newInputStream(file)) {
        if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
          return Optional.of(file);
        }
      }
      mistakes.add(field, file + " holds no certificate", expected);
    } catch (InvalidPathException e) {
      mistakes.add(field, FileErrors.shown(node), expected);
    } catch (IOException | CertificateException e) {
      mistakes.add(field, node.textValue() + " cannot be read: " + e, expected);
    }
    return Optional.empty();
  }
}
