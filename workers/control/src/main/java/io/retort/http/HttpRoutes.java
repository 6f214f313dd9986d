package io.retort.http;

import com.linecorp.armeria.common.HttpMethod;
import io.grpc.ServerMethodDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.IntStream;

/** Finds the rpc that a request calls. Custom verbs come before plain paths. */
final class HttpRoutes {
  private final List<Served> routes;

  /**
   * @throws IllegalArgumentException if an rpc has an option that cannot be served
   */
  HttpRoutes(Iterable<? extends ServerMethodDefinition<?, ?>> rpcs) {
    List<Served> found = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> rpc : rpcs) {
      if (rpc.getMethodDescriptor().getSchemaDescriptor()
          instanceof ProtoMethodDescriptorSupplier schema) {
        HttpRoute.of(schema.getMethodDescriptor())
            .forEach(route -> found.add(new Served(route, rpc)));
      }
    }
    found.sort(
        Comparator.comparing((Served served) -> !served.route().hasVerb())
            .thenComparing(served -> served.route().variables().size())
            .thenComparing(served -> served.route().template())
            .thenComparing(served -> served.route().method()));
    routes = List.copyOf(found);
  }

  List<HttpRoute> all() {
    return routes.stream().map(Served::route).toList();
  }

  /**
   * @param path as sent, with its percent-encoding
   */
  Optional<Match> find(HttpMethod method, String path) {
    return routes.stream()
        .filter(served -> served.route().method() == method)
        .flatMap(served -> match(served, path).stream())
        .findFirst();
  }

  /** The methods that a path has; none for a path that is no part of the API. */
  SortedSet<String> methods(String path) {
    SortedSet<String> methods = new TreeSet<>();
    for (Served served : routes) {
      if (served.route().pattern().matcher(path).matches()) {
        methods.add(served.route().method().name());
      }
    }
    return methods;
  }

  private static Optional<Match> match(Served served, String path) {
    Matcher matcher = served.route().pattern().matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Map<String, String> values = new TreeMap<>();
    IntStream.range(0, served.route().variables().size())
        .forEach(
            index ->
                values.put(
                    served.route().variables().get(index),
                    PercentEncoding.decode(matcher.group(index + 1))));
    return Optional.of(new Match(served.route(), served.rpc(), values));
  }

  private record Served(HttpRoute route, ServerMethodDefinition<?, ?> rpc) {}

  /**
   * @param values of the path's variables, decoded
   */
  record Match(HttpRoute route, ServerMethodDefinition<?, ?> rpc, Map<String, String> values) {}
}
