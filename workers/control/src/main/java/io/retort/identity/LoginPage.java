package io.retort.identity;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Shows the form to log in. */
@FunctionalInterface
public interface LoginPage {
  /**
   * HTML of a form that posts {@code token} and {@code next} to {@code /login}.
   *
   * @param next path to show afterwards; escape it
   * @param message why the last attempt failed; empty for the first
   * @param oidc whether {@code /login/oidc?next=} logs in with an OIDC provider
   */
  String html(String next, String message, boolean oidc);

  /** The form without decoration. */
  static String plain(String next, String message, boolean oidc) {
    String escaped = escape(next);
    return """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Log in - Retort</title>
        <main>
        <h1>Log in to Retort</h1>
        """
        + (message.isEmpty() ? "" : "<p role=\"alert\">" + escape(message) + "</p>\n")
        + (oidc
            ? "<p><a href=\"/login/oidc?next="
                + escape(URLEncoder.encode(next, StandardCharsets.UTF_8))
                + "\">Log in with your organisation</a></p>\n"
            : "")
        + """
        <form method="post" action="/login">
        <input type="hidden" name="next" value="%s">
        <label for="token">API token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required>
        <button type="submit">Log in</button>
        </form>
        <p>An admin creates tokens with <code>retort tokens create</code>.</p>
        </main>
        </html>
        """
            .replace("%s", escaped);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
