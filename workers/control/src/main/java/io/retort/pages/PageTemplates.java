package io.retort.pages;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.Map;

/** The templates of {@code src/main/jte}, which the build compiles. */
final class PageTemplates {
  private static final String PACKAGE = "io.retort.pages.templates";

  private final TemplateEngine engine =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, PageTemplates.class.getClassLoader(), PACKAGE);

  /**
   * @param name without ".jte"
   * @param view of the parameter {@code view}
   */
  String render(String name, PageContext page, Object view) {
    StringOutput output = new StringOutput();
    engine.render(name + ".jte", Map.of("page", page, "view", view), output);
    return output.toString();
  }
}
