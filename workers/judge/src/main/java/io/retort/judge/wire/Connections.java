package io.retort.judge.wire;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.proxy.ProxyConfig;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointExtras;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The connection pools of a worker: one for each combination of proxy and trusted authorities. */
public final class Connections implements AutoCloseable {
  // Common servers close an idle connection after 5 s; a request sent at that moment would fail.
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(4);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final Map<NetworkPath, ClientFactory> factories = new HashMap<>();

  private record NetworkPath(Optional<URI> proxy, Optional<Path> caFile) {}

  /** HTTP to an endpoint, over the pool that fits its proxy and authorities. */
  public ChatTransport transport(EndpointConfiguration configuration) {
    EndpointExtras extras = configuration.extras();
    return new ChatTransport(
        configuration,
        factories.computeIfAbsent(
            new NetworkPath(extras.proxy(), extras.caFile()), Connections::factory));
  }

  @Override
  public void close() {
    factories.values().forEach(ClientFactory::close);
  }

  private static ClientFactory factory(NetworkPath path) {
    ClientFactoryBuilder builder =
        ClientFactory.builder().connectTimeout(CONNECT_TIMEOUT).idleTimeout(IDLE_TIMEOUT);
    path.proxy().ifPresent(proxy -> builder.proxyConfig(config(proxy)));
    path.caFile().ifPresent(file -> builder.tlsCustomizer(tls -> tls.trustManager(file.toFile())));
    return builder.build();
  }

  private static ProxyConfig config(URI proxy) {
    InetSocketAddress address = new InetSocketAddress(proxy.getHost(), proxy.getPort());
    String[] user = proxy.getUserInfo() == null ? null : proxy.getUserInfo().split(":", 2);
    if (proxy.getScheme().equals("socks5")) {
      return user == null
          ? ProxyConfig.socks5(address)
          : ProxyConfig.socks5(address, user[0], user.length > 1 ? user[1] : "");
    }
    boolean tls = proxy.getScheme().equals("https");
    return user == null
        ? ProxyConfig.connect(address, tls)
        : ProxyConfig.connect(address, user[0], user.length > 1 ? user[1] : "", tls);
  }
}
