package io.retort.judge.route;

import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.configuration.RouteConfiguration;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.Timer;
import io.retort.judge.wire.Connections;
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
import java.util.function.Function;

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
              endpoint, connections.transport(endpoint), timer, random, peers, observers));
    }
    for (RouteConfiguration route : configuration.routes()) {
      Map<String, ChatEndpoint> members = new TreeMap<>();
      for (RouteConfiguration.Target target : route.targets()) {
        members.put(target.endpoint(), endpoint(target.endpoint()));
      }
      routes.put(route.name(), new Route(route, members, observers));
    }
  }

  /** Whether there is an endpoint or route of that name. */
  public boolean has(String name) {
    return endpoints.containsKey(name) || routes.containsKey(name);
  }

  /**
   * @param row determines which endpoint of a route is called first
   * @throws JudgeException when there is neither endpoint nor route of that name
   */
  public ChatTarget named(String name, String row) {
    Route route = routes.get(name);
    return route == null ? endpoint(name) : route.forRow(row);
  }

  /**
   * Models of the endpoint or route, without duplicates, in the order of the endpoints' names.
   *
   * @throws JudgeException when there is neither endpoint nor route of that name
   */
  public List<String> models(String name) {
    return distinct(name, ChatEndpoint::model);
  }

  /** The same with the revisions of the models, which identify them to a cache. */
  public List<String> modelVersions(String name) {
    return distinct(name, ChatEndpoint::modelVersion);
  }

  private List<String> distinct(String name, Function<ChatEndpoint, String> property) {
    Route route = routes.get(name);
    Collection<ChatEndpoint> selected = route == null ? List.of(endpoint(name)) : route.endpoints();
    return selected.stream()
        .sorted(Comparator.comparing(ChatEndpoint::name))
        .map(property)
        .distinct()
        .toList();
  }

  /**
   * Starts a cool-down that another worker reported, of at most {@link Peers#LONGEST_COOL_DOWN}.
   * Has no effect if no endpoint serves the model at that address.
   */
  public void coolDown(URI baseUrl, String model, Duration coolDown) {
    for (ChatEndpoint endpoint : endpoints.values()) {
      if (endpoint.serves(baseUrl, model)) {
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
