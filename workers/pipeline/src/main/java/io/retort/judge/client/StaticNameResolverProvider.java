package io.retort.judge.client;

import static java.util.Objects.requireNonNull;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Resolves {@code retort-static:///a:1,b:2} to these addresses, for client-side load balancing. */
final class StaticNameResolverProvider extends NameResolverProvider {
  static final String SCHEME = "retort-static";

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new Resolver(
        JudgeAddresses.ofTargets(target.getPath().substring(1)),
        requireNonNull(args.getOffloadExecutor()));
  }

  private static final class Resolver extends NameResolver {
    private final JudgeAddresses judges;
    private final Executor executor;
    private volatile @Nullable Listener2 listener;

    Resolver(JudgeAddresses judges, Executor executor) {
      this.judges = judges;
      this.executor = executor;
    }

    @Override
    public String getServiceAuthority() {
      return "retort-judge";
    }

    @Override
    public void start(Listener2 started) {
      listener = started;
      refresh();
    }

    /**
     * Resolves names again, so that a judge worker that has moved is found after a lost connection.
     */
    @Override
    public void refresh() {
      executor.execute(this::resolve);
    }

    private void resolve() {
      List<EquivalentAddressGroup> groups =
          judges.addresses().stream()
              .map(address -> new InetSocketAddress(address.getHostString(), address.getPort()))
              .filter(address -> !address.isUnresolved())
              .map(address -> new EquivalentAddressGroup(address, named(address)))
              .toList();
      StatusOr<List<EquivalentAddressGroup>> outcome =
          groups.isEmpty()
              ? StatusOr.fromStatus(
                  Status.UNAVAILABLE.withDescription(
                      "no address of " + judges + " can be resolved"))
              : StatusOr.fromValue(groups);
      requireNonNull(listener)
          .onResult(ResolutionResult.newBuilder().setAddressesOrError(outcome).build());
    }

    /** With the name by which TLS checks the certificate. */
    private static Attributes named(InetSocketAddress address) {
      return Attributes.newBuilder()
          .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, JudgeAddresses.target(address))
          .build();
    }

    @Override
    public void shutdown() {}
  }
}
