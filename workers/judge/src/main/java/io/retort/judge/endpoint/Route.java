package io.retort.judge.endpoint;

import io.retort.judge.failure.JudgeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several endpoints that stand in for each other. */
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

  /** The endpoints in the order in which {@code row} asks them. */
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
    public CompletableFuture<ChatAnswer> complete(ChatRequest request, CallScope scope) {
      return ask(0, request, scope, new ArrayList<>());
    }

    private CompletableFuture<ChatAnswer> ask(
        int index, ChatRequest request, CallScope scope, List<JudgeException> failures) {
      ChatEndpoint endpoint = inOrder.get(index);
      boolean last = index == inOrder.size() - 1;
      return endpoint
          .complete(request, scope, inOrder.size() - 1 - index)
          .exceptionallyCompose(
              thrown -> {
                JudgeException failure = failure(thrown);
                if (!failure.isOfTheEndpoint() || scope.isOver()) {
                  return CompletableFuture.failedFuture(failure);
                }
                failures.add(failure);
                if (last) {
                  return CompletableFuture.failedFuture(
                      JudgeException.mostHopeful("route " + name, failures));
                }
                observers.failedOver(name, endpoint.name(), failure.failure().getType());
                logger.debug("route {} fails over: {}", name, failure.getMessage());
                return ask(index + 1, request, scope, failures);
              });
    }

    private static JudgeException failure(Throwable thrown) {
      Throwable cause =
          thrown instanceof CompletionException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      return cause instanceof JudgeException failure ? failure : JudgeException.unexpected(cause);
    }
  }
}
