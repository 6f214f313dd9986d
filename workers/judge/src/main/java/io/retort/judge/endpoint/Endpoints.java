package io.retort.judge.endpoint;

import com.linecorp.armeria.client.ClientFactory;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;

/** The endpoints of a worker, by name, on one pool of connections. */
public final class Endpoints implements AutoCloseable {
  // Common servers drop an idle connection after 5 s; sending on one in that moment would fail.
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(4);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final ClientFactory clients;
  private final Map<String, ChatEndpoint> byName = new TreeMap<>();

  /**
   * @param random uniform in [0, 1)
   */
  public Endpoints(
      List<EndpointConfiguration> configurations,
      Timer timer,
      DoubleSupplier random,
      EndpointObserver observer) {
    clients =
        ClientFactory.builder().connectTimeout(CONNECT_TIMEOUT).idleTimeout(IDLE_TIMEOUT).build();
    for (EndpointConfiguration configuration : configurations) {
      byName.put(
          configuration.name(), new ChatEndpoint(configuration, clients, timer, random, observer));
    }
  }

  public Set<String> names() {
    return byName.keySet();
  }

  /**
   * @throws JudgeException when there is none of that name
   */
  public ChatEndpoint named(String name) {
    ChatEndpoint endpoint = byName.get(name);
    if (endpoint == null) {
      throw JudgeException.invalid(
          FailureType.UNKNOWN_ENDPOINT,
          "context.endpoint: \"" + name + "\" (expected: one of " + byName.keySet() + ")");
    }
    return endpoint;
  }

  /**
   * Models that answer to {@code name}.
   *
   * @throws JudgeException when there is no endpoint of that name
   */
  public List<String> models(String name) {
    return List.of(named(name).model());
  }

  @Override
  public void close() {
    clients.close();
  }
}
