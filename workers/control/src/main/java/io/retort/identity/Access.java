package io.retort.identity;

import io.grpc.ServerInterceptor;
import io.retort.store.Store;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may do what, as the environment says: {@code RETORT_AUTH} is {@code required}, or {@code off}
 * (the default) where the server listens only on loopback.
 */
public final class Access implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Access.class);
  private static final String AUTH = "RETORT_AUTH";

  private final Authenticator authenticator;
  private final Sessions sessions;
  private final Optional<OidcLogin> oidc;
  private final AuditLog audit;
  private final AccessServiceImpl service;
  private final OpenStreams streams;
  private final ExecutorService background;

  private Access(
      Authenticator authenticator,
      Sessions sessions,
      Optional<OidcLogin> oidc,
      AuditLog audit,
      AccessServiceImpl service,
      ExecutorService background) {
    this.authenticator = authenticator;
    this.sessions = sessions;
    this.oidc = oidc;
    this.audit = audit;
    this.service = service;
    this.background = background;
    streams = new OpenStreams(authenticator);
    streams.start();
  }

  /**
   * @param host that the server listens on
   * @throws ConfigurationException if authentication is off on a host that others can reach
   */
  public static Access open(
      Environment environment, String host, Store store, String storeUri, Clock clock) {
    boolean loopback = isLoopback(host);
    boolean required = isRequired(environment.get(AUTH, ""), host, loopback);
    if (!required) {
      LOG.warn(
          "authentication is off: every process and user of this machine may do everything"
              + " ({}=required turns it on)",
          AUTH);
    }
    AccessFile roles = accessFile(environment);
    SecureRandom random = new SecureRandom();
    ExecutorService background =
        Executors.newSingleThreadExecutor(DaemonThreads.named("token-use"));
    TokenStore tokens = new TokenStore(store, storeUri, clock);
    LookUpLimit limit = new LookUpLimit();
    TokenCallers callers = new TokenCallers(tokens, clock, background, limit);
    Sessions sessions = new Sessions(store, storeUri, clock, random, callers, roles::caller, limit);
    List<Authenticator.Bearers> bearers = new ArrayList<>(List.of(callers));
    Optional<OidcLogin> login = Optional.empty();
    if (roles.settings().isPresent()) {
      OidcSettings settings = roles.settings().get();
      OidcProvider provider = new OidcProvider(settings.issuer(), clock);
      OidcUsers users = new OidcUsers(settings, provider, roles);
      bearers.add(users);
      if (!settings.clientId().isEmpty()) {
        String secret = secret(environment, "RETORT_OIDC_CLIENT_SECRET");
        login = Optional.of(new OidcLogin(settings, provider, users, roles, secret, random));
      }
    }
    AuditChains chains = new AuditChains(store, storeUri);
    return new Access(
        required ? Authenticator.required(bearers, sessions) : Authenticator.off(),
        sessions,
        login,
        AuditLog.start(chains, clock, random),
        new AccessServiceImpl(tokens, callers, chains, random),
        background);
  }

  public Authenticator authenticator() {
    return authenticator;
  }

  /** Browsers that are logged in. */
  public Sessions sessions() {
    return sessions;
  }

  public AuditLog audit() {
    return audit;
  }

  public AccessServiceImpl service() {
    return service;
  }

  /** For every gRPC service: the caller is who the headers say. */
  public ServerInterceptor interceptor(Resources resources) {
    return AccessInterceptor.ofHeaders(authenticator, new Authorizer(resources), audit, streams);
  }

  /**
   * For calls within this process, such as those of pages: the caller is {@link Caller#current},
   * which {@link PageAccess} has found out.
   */
  public ServerInterceptor localInterceptor(Resources resources) {
    return AccessInterceptor.ofContext(new Authorizer(resources), audit, streams);
  }

  /**
   * Serves {@code /login} and {@code /logout}.
   *
   * @param page {@link LoginPage#plain} shows the form without decoration
   */
  public LoginService login(LoginPage page) {
    return new LoginService(authenticator, sessions, oidc, audit, page);
  }

  /** For what is served outside gRPC. */
  public PageAccess pages() {
    return new PageAccess(authenticator);
  }

  /** Ends the audit log, after the last call. */
  @Override
  public void close() {
    streams.close();
    audit.close();
    background.shutdown();
  }

  private static AccessFile accessFile(Environment environment) {
    String file = environment.get("RETORT_ACCESS_FILE", "");
    return file.isEmpty() ? AccessFile.empty() : AccessFile.read(Path.of(file));
  }

  /** From the variable, or from the file that the variable with {@code _FILE} names. */
  private static String secret(Environment environment, String name) {
    String file = environment.get(name + "_FILE", "");
    if (file.isEmpty()) {
      return environment.get(name, "");
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new ConfigurationException(name + "_FILE: " + file + ": cannot be read", e);
    }
  }

  private static boolean isRequired(String setting, String host, boolean loopback) {
    return switch (setting.strip().toLowerCase(Locale.ROOT)) {
      case "required" -> true;
      case "off", "" -> {
        if (!loopback) {
          throw new ConfigurationException(
              AUTH
                  + ": "
                  + (setting.isEmpty() ? "not set" : setting)
                  + " while RETORT_HOST is "
                  + host
                  + ", which other machines reach (expected: required; create the first token with:"
                  + " retort tokens create --bootstrap --store URI)");
        }
        yield false;
      }
      default ->
          throw new ConfigurationException(
              AUTH + ": " + setting + " (expected: required, or off on loopback)");
    };
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigurationException(
          "RETORT_HOST: " + host + " (expected: an address of this machine)", e);
    }
  }
}
