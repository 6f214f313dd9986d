package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.retort.identity.Caller;
import io.retort.v1.Role;
import io.retort.v1.Run;

/**
 * A request of a page.
 *
 * @param form of its query, or of its body for a form that changes something
 */
record PageRequest(
    ServiceRequestContext context, PageTemplates templates, Csrf csrf, Caller caller, Form form) {
  /** A part of the path: {@code run} of {@code /runs/{run}}. */
  String path(String name) {
    String value = context.pathParam(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": not in the path of " + context.path());
    }
    return value;
  }

  /** Whether the caller has the role in the team of the run. */
  boolean may(Role role, Run run) {
    return caller.holds(role, run.getSpec().getTeam());
  }

  /** Whether htmx asks for a part of the page. */
  boolean isPart() {
    return context.request().headers().contains("hx-request");
  }

  HttpResponse page(String template, Object view) {
    return page(HttpStatus.OK, template, view);
  }

  HttpResponse page(HttpStatus status, String template, Object view) {
    Csrf.Token token = csrf.issue(context.request().headers(), caller);
    return PageResponses.html(
        status, templates.render(template, pageContext(token), view), token.cookie());
  }

  PageContext pageContext() {
    return pageContext(csrf.issue(context.request().headers(), caller));
  }

  private PageContext pageContext(Csrf.Token token) {
    return new PageContext(caller, token.value(), context.path());
  }
}
