package io.retort.control;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser without script: keeps the token's cookie, and sends forms with their token. */
final class PageClient {
  private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

  /** No browser upgrades a connection without TLS to HTTP/2. */
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String address;
  private final Map<String, String> headers;
  private String cookie = "";
  private String token = "";

  PageClient(String address) {
    this(address, Map.of());
  }

  /**
   * @param headers of every request
   */
  PageClient(String address, Map<String, String> headers) {
    this.address = address;
    this.headers = headers;
  }

  HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = request(path).GET();
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> head(String path) {
    return send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
  }

  /** Sends a form with the token of the page that was loaded last. */
  HttpResponse<String> post(String path, Map<String, String> fields, String... headers) {
    String form =
        "csrf="
            + encoded(token)
            + fields.entrySet().stream()
                .map(one -> "&" + encoded(one.getKey()) + "=" + encoded(one.getValue()))
                .collect(Collectors.joining());
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  void forgetToken() {
    token = "";
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
    headers.forEach(request::header);
    return cookie.isEmpty() ? request : request.header("cookie", cookie);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      response
          .headers()
          .firstValue("set-cookie")
          .ifPresent(value -> cookie = value.substring(0, value.indexOf(';')));
      Matcher found = TOKEN.matcher(response.body());
      if (found.find()) {
        token = found.group(1);
      }
      return response;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What a browser would send of the form's fields. */
  static Map<String, String> filledIn(String page) {
    Map<String, String> fields = new LinkedHashMap<>();
    Pattern.compile("name=\"(spec\\.[^\"]+)\" value=\"([^\"]*)\"")
        .matcher(page)
        .results()
        .forEach(one -> fields.put(one.group(1), unescaped(one.group(2))));
    Pattern.compile("(?s)<select id=\"[^\"]+\" name=\"(spec\\.[^\"]+)\"[^>]*>(.*?)</select>")
        .matcher(page)
        .results()
        .forEach(
            one -> {
              Matcher chosen = Pattern.compile("value=\"([^\"]*)\" selected").matcher(one.group(2));
              fields.put(one.group(1), chosen.find() ? chosen.group(1) : "");
            });
    return fields;
  }

  private static String unescaped(String text) {
    return text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
