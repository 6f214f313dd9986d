package io.retort.release.report;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.Mustache;
import com.github.mustachejava.MustacheFactory;
import io.retort.v1.Run;
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

/**
 * The report of a run as one HTML page that loads nothing: styles and charts are inline, and a
 * content security policy forbids scripts and every other resource.
 *
 * <p>Everything that comes from data, judges or specs goes through the template's HTML escaping;
 * the template has no unescaped tag.
 */
public final class HtmlReport {
  private static final String TEMPLATE = "/report/report.mustache";
  private static final String STYLE_START = "<style>";
  private static final String STYLE_END = "</style>";

  private static final String SOURCE = source();
  private static final String STYLE_HASH = styleHash(SOURCE);
  private static final Mustache MUSTACHE = compile(SOURCE);

  /** The page; the same run and examples give the same text. */
  public static String render(Run run, ReportExamples examples) {
    StringWriter page = new StringWriter();
    ReportView view = ReportViews.of(run, examples);
    MUSTACHE.execute(page, new Object[] {Map.of("styleHash", STYLE_HASH), view});
    return page.toString();
  }

  private static Mustache compile(String source) {
    MustacheFactory factory = new DefaultMustacheFactory();
    return factory.compile(new StringReader(source), TEMPLATE);
  }

  /** Source expression of the policy that allows this page's style sheet and no other. */
  private static String styleHash(String source) {
    String style =
        source.substring(
            source.indexOf(STYLE_START) + STYLE_START.length(), source.indexOf(STYLE_END));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String source() {
    try (InputStream input = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
      if (input == null) {
        throw new IllegalStateException(TEMPLATE + ": missing (expected: on the class path)");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HtmlReport() {}
}
