package io.retort.http;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.linecorp.armeria.common.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One HTTP method and path of an rpc, from its {@code google.api.http} option.
 *
 * @param template for example {@code /v1/runs/{run_id}:cancel}
 * @param pattern matches an encoded path; a group for each variable
 * @param variables names of request fields, in the order of the path
 * @param body {@code *}, the name of a request field, or empty: no body
 */
record HttpRoute(
    HttpMethod method,
    String template,
    Pattern pattern,
    List<String> variables,
    String body,
    MethodDescriptor rpc) {
  static final String WHOLE_BODY = "*";

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z][a-z0-9_]*)}");
  private static final String SEGMENT = "([^/]+)";

  HttpRoute {
    variables = List.copyOf(variables);
  }

  /**
   * The routes of an rpc; none if it has no option.
   *
   * @throws IllegalArgumentException for an option that cannot be served
   */
  static List<HttpRoute> of(MethodDescriptor rpc) {
    if (!rpc.getOptions().hasExtension(AnnotationsProto.http)) {
      return List.of();
    }
    HttpRule rule = rpc.getOptions().getExtension(AnnotationsProto.http);
    List<HttpRoute> routes = new ArrayList<>();
    routes.add(of(rpc, rule));
    rule.getAdditionalBindingsList().forEach(binding -> routes.add(of(rpc, binding)));
    return routes;
  }

  private static HttpRoute of(MethodDescriptor rpc, HttpRule rule) {
    HttpMethod method =
        switch (rule.getPatternCase()) {
          case GET -> HttpMethod.GET;
          case PUT -> HttpMethod.PUT;
          case POST -> HttpMethod.POST;
          case DELETE -> HttpMethod.DELETE;
          case PATCH -> HttpMethod.PATCH;
          case CUSTOM, PATTERN_NOT_SET -> throw wrong(rpc, "no HTTP method");
        };
    String template =
        switch (rule.getPatternCase()) {
          case GET -> rule.getGet();
          case PUT -> rule.getPut();
          case POST -> rule.getPost();
          case DELETE -> rule.getDelete();
          default -> rule.getPatch();
        };
    List<String> variables = new ArrayList<>();
    StringBuilder pattern = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(template);
    int end = 0;
    while (matcher.find()) {
      pattern.append(literal(rpc, template.substring(end, matcher.start()))).append(SEGMENT);
      variables.add(field(rpc, matcher.group(1)).getName());
      end = matcher.end();
    }
    pattern.append(literal(rpc, template.substring(end)));
    if (!rule.getBody().isEmpty() && !rule.getBody().equals(WHOLE_BODY)) {
      field(rpc, rule.getBody());
    }
    return new HttpRoute(
        method, template, Pattern.compile(pattern.toString()), variables, rule.getBody(), rpc);
  }

  /** Whether the path ends in a custom verb such as {@code :cancel}. */
  boolean hasVerb() {
    return template.lastIndexOf(':') > template.lastIndexOf('/');
  }

  private static String literal(MethodDescriptor rpc, String text) {
    if (text.contains("{") || text.contains("*")) {
      throw wrong(rpc, "a path with " + text);
    }
    return Pattern.quote(text);
  }

  private static FieldDescriptor field(MethodDescriptor rpc, String name) {
    Descriptor request = rpc.getInputType();
    FieldDescriptor field = request.findFieldByName(name);
    if (field == null) {
      throw wrong(rpc, "the field " + name + ", which " + request.getName() + " does not have");
    }
    return field;
  }

  private static IllegalArgumentException wrong(MethodDescriptor rpc, String what) {
    return new IllegalArgumentException(
        rpc.getFullName()
            + ": its google.api.http option has "
            + what
            + " (expected: a method, a path of literals and {field}, and * or a field as body)");
  }
}
