package io.retort.judge.endpoint;

import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;

/** The endpoints and routes of a worker, by name. */
public final class Endpoints implements AutoCloseable {
  private final Connections connections = new Connections();
  private final Map<String, ChatEndpoint> endpoints = new TreeMap<>();
  private final Map<String, Route> routes = new TreeMap<>();

  /**
   * @param random uniform in [0, 1)
   */
  public Endpoints(
      EndpointsConfiguration configuration,
      Timer timer,
      DoubleSupplier random,
      Peers peers,
      EndpointObservers observers) {
    for (EndpointConfiguration endpoint : configuration.endpoints()) {
      endpoints.put(
          endpoint.name(),
          new ChatEndpoint(
              endpoint, connections.of(endpoint.extras()), timer, random, peers, observers));
    }
    for (RouteConfiguration route : configuration.routes()) {
      Map<String, ChatEndpoint> members = new TreeMap<>();
      for (RouteConfiguration.Target target : route.targets()) {
        members.put(target.endpoint(), endpoint(target.endpoint()));
      }
      routes.put(route.name(), new Route(route, members, observers));
    }
  }

  /** Whether requests can name {@code name}. */
  public boolean has(String name) {
    return endpoints.containsKey(name) || routes.containsKey(name);
  }

  /**
   * @param row by which a route chooses its first endpoint
   * @throws JudgeException when there is neither endpoint nor route of that name
   */
  public ChatTarget named(String name, String row) {
    Route route = routes.get(name);
    return route == null ? endpoint(name) : route.forRow(row);
  }

  /**
   * Models that answer to {@code name}, in the order of their endpoints' names, each once.
   *
   * @throws JudgeException when there is neither endpoint nor route of that name
   */
  public List<String> models(String name) {
    Route route = routes.get(name);
    Collection<ChatEndpoint> asked = route == null ? List.of(endpoint(name)) : route.endpoints();
    return asked.stream()
        .sorted(Comparator.comparing(ChatEndpoint::name))
        .map(ChatEndpoint::model)
        .distinct()
        .toList();
  }

  /**
   * Keeps to a cool-down that another worker learnt of, an hour of it at most. Nothing happens when
   * no endpoint asks that model there.
   */
  public void coolDown(URI baseUrl, String model, Duration coolDown) {
    for (ChatEndpoint endpoint : endpoints.values()) {
      if (endpoint.asks(baseUrl, model)) {
        endpoint.coolDown(coolDown);
      }
    }
  }

  @Override
  public void close() {
    connections.close();
  }

  private ChatEndpoint endpoint(String name) {
    ChatEndpoint endpoint = endpoints.get(name);
    if (endpoint == null) {
      Set<String> names = new TreeSet<>(endpoints.keySet());
      names.addAll(routes.keySet());
      throw JudgeException.invalid(
          FailureType.UNKNOWN_ENDPOINT,
          "context.endpoint: \"" + name + "\" (expected: one of " + names + ")");
    }
    return endpoint;
  }
}
