package io.retort.pages;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.retort.store.Hashes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A script or style sheet. Its address names its content, so that browsers keep it for ever. */
// The content is never handed out as an array.
@SuppressWarnings("ImmutableEnumChecker")
enum Asset {
  STYLE("pages.css", "/style/base.css", "/pages/pages.css"),
  CHART_STYLE("uplot.css", webjar("uplot", "dist/uPlot.min.css")),
  SCRIPT("pages.js", "/pages/pages.js"),
  HTMX("htmx.js", webjar("htmx.org", "dist/htmx.min.js")),
  EVENTS("sse.js", webjar("htmx-ext-sse", "sse.js")),
  CHARTS("uplot.js", webjar("uplot", "dist/uPlot.iife.min.js"));

  /** Path of all assets. */
  static final String FOLDER = "/assets/";

  private static final int DIGITS = 16;
  private static final Map<String, Asset> BY_PATH =
      Arrays.stream(values()).collect(Collectors.toMap(Asset::path, Function.identity()));

  private final byte[] content;
  private final MediaType type;
  private final String path;

  Asset(String name, String... resources) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String resource : resources) {
      all.writeBytes(load(resource));
    }
    content = all.toByteArray();
    type = name.endsWith(".css") ? MediaType.CSS_UTF_8 : MediaType.JAVASCRIPT_UTF_8;
    path = FOLDER + hash(content) + "/" + name;
  }

  String path() {
    return path;
  }

  static HttpResponse serve(RequestHeaders request) {
    Asset asset = BY_PATH.get(request.path());
    if (asset == null) {
      return HttpResponse.of(HttpStatus.NOT_FOUND);
    }
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(asset.type)
            .add(HttpHeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable")
            .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .build(),
        HttpData.wrap(asset.content));
  }

  /** A file of a webjar, whose folder has the version that the build pins. */
  private static String webjar(String name, String file) {
    String about = "/META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(load(about)));
    } catch (IOException e) {
      throw new IllegalStateException(about + ": cannot be read", e);
    }
    String version = properties.getProperty("version");
    return "/META-INF/resources/webjars/" + name + "/" + version + "/" + file;
  }

  private static String hash(byte[] content) {
    return HexFormat.of().formatHex(Hashes.sha256().digest(content)).substring(0, DIGITS);
  }

  private static byte[] load(String resource) {
    try (InputStream input = Asset.class.getResourceAsStream(resource)) {
      if (input == null) {
        throw new IllegalStateException(resource + ": missing (expected: on the class path)");
      }
      return input.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(resource + ": cannot be read", e);
    }
  }
}
