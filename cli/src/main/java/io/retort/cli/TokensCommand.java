package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.identity.TokenStore;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.v1.ApiToken;
import io.retort.v1.CreateTokenRequest;
import io.retort.v1.CreateTokenResponse;
import io.retort.v1.Grant;
import io.retort.v1.ListTokensRequest;
import io.retort.v1.ListTokensResponse;
import io.retort.v1.RevokeTokenRequest;
import io.retort.v1.Role;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code retort tokens}. */
@Command(
    name = "tokens",
    mixinStandardHelpOptions = true,
    description = "Create, list and revoke API tokens.")
public final class TokensCommand {
  private static final Grant EVERYTHING =
      Grant.newBuilder().setTeam("*").setRole(Role.ROLE_ADMIN).build();

  private static final Collector<CharSequence, ?, String> LINES = Collectors.joining("\n");

  @Spec private CommandSpec spec;

  @Command(
      name = "create",
      description = {
        "Create a token and print it; it cannot be shown again.",
        "--bootstrap creates an admin of every team in the store itself, without the control plane:"
            + " for the first token."
      })
  int create(
      @Parameters(paramLabel = "NAME", arity = "0..1", defaultValue = "bootstrap") String name,
      @Option(
              names = "--grant",
              paramLabel = "TEAM=ROLE",
              converter = GrantText.class,
              description =
                  "A role (viewer, operator, approver, admin) in a team; \"*\" is every team.")
          List<Grant> grants,
      @Option(
              names = "--lifetime",
              defaultValue = "90d",
              paramLabel = "AGE",
              converter = StoreCommand.Age.class,
              description = "Time until it expires: 30d, 12h; at most 366d (default: 90d).")
          Duration lifetime,
      @Option(names = "--bootstrap", description = "Write to the store; needs access to it.")
          boolean bootstrap,
      @Mixin AccessStore store)
      throws IOException {
    ApiToken token;
    String secret;
    if (bootstrap) {
      String uri = store.uri(System.getenv());
      TokenStore.Created created =
          new TokenStore(AccessStore.open(uri), uri, Clock.systemUTC())
              .create(
                  name,
                  grants == null ? List.of(EVERYTHING) : grants,
                  lifetime,
                  "bootstrap by " + System.getProperty("user.name"),
                  new SecureRandom());
      token = created.token();
      secret = created.secret().reveal();
    } else {
      if (grants == null) {
        throw new CommandException(
            ExitCode.USAGE, "no --grant is given (expected: --grant TEAM=ROLE)");
      }
      try (ControlClient client = ControlClient.open(System.getenv())) {
        CreateTokenResponse created =
            client
                .access()
                .createToken(
                    CreateTokenRequest.newBuilder()
                        .setName(name)
                        .addAllGrants(grants)
                        .setLifetime(
                            com.google.protobuf.Duration.newBuilder()
                                .setSeconds(lifetime.toSeconds()))
                        .build());
        token = created.getToken();
        secret = created.getSecret();
      }
    }
    spec.commandLine().getErr().println(line(token));
    spec.commandLine().getOut().println(secret);
    return 0;
  }

  @Command(name = "list", description = "List tokens of the teams where you are an admin.")
  int list(@Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListTokensRequest.Builder request = ListTokensRequest.newBuilder();
      ListTokensResponse.Builder all = ListTokensResponse.newBuilder();
      do {
        ListTokensResponse page = client.access().listTokens(request.build());
        all.addAllTokens(page.getTokensList());
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty());
      output.print(
          spec.commandLine().getOut(),
          all,
          () -> all.getTokensList().stream().map(TokensCommand::line).collect(LINES));
      return 0;
    }
  }

  @Command(
      name = "revoke",
      description = "Revoke a token and the sessions that it has opened, within seconds.")
  int revoke(@Parameters(paramLabel = "ID") String tokenId) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ApiToken token =
          client
              .access()
              .revokeToken(RevokeTokenRequest.newBuilder().setTokenId(tokenId).build())
              .getToken();
      spec.commandLine().getOut().println(line(token));
      return 0;
    }
  }

  private static String line(ApiToken token) {
    return token.getTokenId()
        + "  "
        + token.getName()
        + "  "
        + token.getGrantsList().stream()
            .map(LoginCommand::describe)
            .collect(Collectors.joining(", "))
        + "  by "
        + token.getCreatedBy()
        + (token.hasRevokedAt()
            ? "  revoked " + Timestamps.toString(token.getRevokedAt())
            : "  until " + Timestamps.toString(token.getExpiresAt()))
        + (token.hasLastUsedAt()
            ? "  used " + Timestamps.toString(token.getLastUsedAt())
            : "  never used");
  }

  /** {@code nlp=operator}. */
  static final class GrantText implements ITypeConverter<Grant> {
    private static final Set<String> ROLES = Set.of("viewer", "operator", "approver", "admin");

    @Override
    public Grant convert(String text) {
      int equals = text.indexOf('=');
      String role = text.substring(equals + 1).toLowerCase(Locale.ROOT);
      if (equals < 1 || !ROLES.contains(role)) {
        throw new TypeConversionException(
            "'" + text + "' (expected: TEAM=ROLE with viewer, operator, approver or admin)");
      }
      return Grant.newBuilder()
          .setTeam(text.substring(0, equals))
          .setRole(Role.valueOf("ROLE_" + role.toUpperCase(Locale.ROOT)))
          .build();
    }
  }
}
