package io.retort.release.report;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page that loads nothing: its template has one style sheet and one script, the same for all
 * pages, and a content security policy that names the two by their hashes and forbids all else.
 *
 * <p>Everything that comes from data, judges or specs goes through the template's HTML escaping,
 * but for {@code {{{embedded}}}}, which is an {@link EmbeddedJson}.
 */
final class HtmlPage {
  private static final String FOLDER = "/report/";
  private static final String STYLE = load("/style/base.css") + resource("page.css");
  private static final String SCRIPT = resource("page.js");
  private static final Pattern SECTION = Pattern.compile("\\{\\{> ([a-z-]+)}}");

  private static final Map<String, String> CONSTANTS =
      Map.of(
          "styleHash", hash(STYLE), "scriptHash", hash(SCRIPT), "style", STYLE, "script", SCRIPT);

  private final Mustache template;

  /**
   * @param template file name of a page; {@code {{> NAME}}} stands for {@code
   *     sections/NAME.mustache}
   */
  HtmlPage(String template) {
    this.template =
        new DefaultMustacheFactory()
            .compile(new StringReader(withConstants(source(template))), template);
  }

  /** The same view gives the same text. */
  String render(Object view) {
    StringWriter page = new StringWriter();
    template.execute(page, view);
    return page.toString();
  }

  /** A page's template with its sections, before style and script are put in. */
  static String source(String template) {
    return SECTION
        .matcher(resource(template))
        .replaceAll(
            section ->
                Matcher.quoteReplacement(resource("sections/" + section.group(1) + ".mustache")));
  }

  private static String withConstants(String source) {
    String result = source;
    for (Map.Entry<String, String> constant : CONSTANTS.entrySet()) {
      result = result.replace("@" + constant.getKey() + "@", constant.getValue());
    }
    return result;
  }

  /** As a source expression of the policy has it. */
  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String resource(String name) {
    return load(FOLDER + name);
  }

  private static String load(String path) {
    try (InputStream input = HtmlPage.class.getResourceAsStream(path)) {
      if (input == null) {
        throw new IllegalStateException(path + ": missing (expected: on the class path)");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
