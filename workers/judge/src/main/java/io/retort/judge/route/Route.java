package io.retort.judge.route;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.RouteConfiguration;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several endpoints with failover between them. */
final class Route {
  private static final Logger logger = LoggerFactory.getLogger(Route.class);

  private final String name;
  private final RouteOrder order;
  private final Map<String, ChatEndpoint> endpoints;
  private final EndpointObservers observers;

  /**
   * @param endpoints those of the route, by name
   */
  Route(
      RouteConfiguration configuration,
      Map<String, ChatEndpoint> endpoints,
      EndpointObservers observers) {
    this.name = configuration.name();
    this.order = new RouteOrder(configuration.targets());
    this.endpoints = Map.copyOf(endpoints);
    this.observers = observers;
  }

  Collection<ChatEndpoint> endpoints() {
    return endpoints.values();
  }

  /** The endpoints in the order in which they are called for {@code row}. */
  ChatTarget forRow(String row) {
    List<ChatEndpoint> inOrder = new ArrayList<>(endpoints.size());
    for (String endpoint : order.of(row)) {
      inOrder.add(Objects.requireNonNull(endpoints.get(endpoint), "endpoint of the route"));
    }
    return new InOrder(inOrder);
  }

  private final class InOrder implements ChatTarget {
    private final List<ChatEndpoint> inOrder;

    InOrder(List<ChatEndpoint> inOrder) {
      this.inOrder = inOrder;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public CompletableFuture<ChatAnswer> complete(ChatRequest request, CallLifetime scope) {
      return call(0, request, scope, new ArrayList<>());
    }

    private CompletableFuture<ChatAnswer> call(
        int index, ChatRequest request, CallLifetime scope, List<JudgeException> failures) {
      ChatEndpoint endpoint = inOrder.get(index);
      boolean last = index == inOrder.size() - 1;
      return endpoint
          .complete(request, scope, inOrder.size() - 1 - index)
          .exceptionallyCompose(
              thrown -> {
                JudgeException failure = JudgeException.from(thrown);
                if (!failure.isOfTheEndpoint() || scope.isOver()) {
                  return CompletableFuture.failedFuture(failure);
                }
                failures.add(failure);
                if (last) {
                  return CompletableFuture.failedFuture(
                      JudgeException.combined("route " + name, failures));
                }
                observers.failedOver(name, endpoint.name(), failure.failure().getType());
                logger.debug("route {} fails over: {}", name, failure.getMessage());
                return call(index + 1, request, scope, failures);
              });
    }
  }
}
