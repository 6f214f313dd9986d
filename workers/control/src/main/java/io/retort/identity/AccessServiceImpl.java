package io.retort.identity;

import com.google.protobuf.util.Durations;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.call.Answers;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.ApiToken;
import io.retort.v1.AuditRecord;
import io.retort.v1.CreateTokenRequest;
import io.retort.v1.CreateTokenResponse;
import io.retort.v1.Grant;
import io.retort.v1.ListAuditEntriesRequest;
import io.retort.v1.ListAuditEntriesResponse;
import io.retort.v1.ListTokensRequest;
import io.retort.v1.ListTokensResponse;
import io.retort.v1.RevokeTokenRequest;
import io.retort.v1.RevokeTokenResponse;
import io.retort.v1.Role;
import io.retort.v1.StoredToken;
import io.retort.v1.WhoAmIRequest;
import io.retort.v1.WhoAmIResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API of tokens and of the audit log. */
public final class AccessServiceImpl extends AccessServiceGrpc.AccessServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AccessServiceImpl.class);
  private static final int TOKENS = 100;
  private static final int ENTRIES = 100;

  private final TokenStore tokens;
  private final TokenCallers callers;
  private final AuditPages audit;
  private final SecureRandom random;
  private final Answers answers = new Answers(AccessServiceImpl::error);

  public AccessServiceImpl(
      TokenStore tokens, TokenCallers callers, AuditChains audit, SecureRandom random) {
    this.tokens = tokens;
    this.callers = callers;
    this.audit = new AuditPages(audit);
    this.random = random;
  }

  @Override
  public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> observer) {
    Caller caller = Caller.current();
    answers.answer(
        request,
        observer,
        () ->
            WhoAmIResponse.newBuilder()
                .setName(caller.name())
                .setCallerId(caller.id())
                .addAllGrants(caller.grants())
                .setAuthenticated(caller.isAuthenticated())
                .build());
  }

  @Override
  public void createToken(
      CreateTokenRequest request, StreamObserver<CreateTokenResponse> observer) {
    answers.answer(request, observer, () -> create(request));
  }

  @Override
  public void listTokens(ListTokensRequest request, StreamObserver<ListTokensResponse> observer) {
    answers.answer(request, observer, () -> list(request));
  }

  @Override
  public void revokeToken(
      RevokeTokenRequest request, StreamObserver<RevokeTokenResponse> observer) {
    answers.answer(request, observer, () -> revoke(request.getTokenId()));
  }

  @Override
  public void listAuditEntries(
      ListAuditEntriesRequest request, StreamObserver<ListAuditEntriesResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          int size = request.getPageSize() == 0 ? ENTRIES : request.getPageSize();
          AuditPages.Page page = audit.after(request.getPageToken(), size);
          ListAuditEntriesResponse.Builder response = ListAuditEntriesResponse.newBuilder();
          for (AuditPages.Read read : page.entries()) {
            response.addRecords(
                AuditRecord.newBuilder().setChain(read.chain()).setEntry(read.line().entry()));
          }
          return response.setNextPageToken(page.nextToken()).build();
        });
  }

  private CreateTokenResponse create(CreateTokenRequest request) throws IOException {
    Caller caller = Caller.current();
    for (Grant grant : request.getGrantsList()) {
      if (!manages(caller, List.of(grant))) {
        throw AccessErrors.denied(
            caller.name()
                + " may not grant a role in team "
                + grant.getTeam()
                + " (expected: role admin there)");
      }
    }
    Duration lifetime =
        request.hasLifetime()
            ? Duration.ofMillis(Durations.toMillis(request.getLifetime()))
            : TokenStore.LIFETIME;
    TokenStore.Created created =
        tokens.create(request.getName(), request.getGrantsList(), lifetime, caller.name(), random);
    LOG.info(
        "token {} ({}) is created by {}",
        created.token().getTokenId(),
        request.getName(),
        caller.name());
    return CreateTokenResponse.newBuilder()
        .setToken(created.token())
        .setSecret(created.secret().reveal())
        .build();
  }

  private ListTokensResponse list(ListTokensRequest request) throws IOException {
    Caller caller = Caller.current();
    int size = request.getPageSize() == 0 ? TOKENS : request.getPageSize();
    ListTokensResponse.Builder response = ListTokensResponse.newBuilder();
    String last = "";
    for (String id : tokens.ids()) {
      if (id.compareTo(request.getPageToken()) <= 0) {
        continue;
      }
      if (response.getTokensCount() == size) {
        return response.setNextPageToken(last).build();
      }
      last = id;
      tokens
          .read(id)
          .map(StoredToken::getToken)
          .filter(token -> manages(caller, token.getGrantsList()))
          .ifPresent(response::addTokens);
    }
    return response.build();
  }

  private RevokeTokenResponse revoke(String tokenId) throws IOException {
    Caller caller = Caller.current();
    Optional<ApiToken> token =
        tokens
            .read(tokenId)
            .map(StoredToken::getToken)
            .filter(found -> manages(caller, found.getGrantsList()));
    if (token.isEmpty()) {
      throw AccessErrors.notFound(
          "token "
              + tokenId
              + ": there is none (expected: an id; `retort tokens list` shows them)");
    }
    ApiToken revoked = tokens.revoke(tokenId, caller.name()).orElse(token.get());
    callers.forget(tokenId);
    LOG.info("token {} is revoked by {}", tokenId, caller.name());
    return RevokeTokenResponse.newBuilder().setToken(revoked).build();
  }

  /** Whether the caller is an admin in all of the teams. */
  private static boolean manages(Caller caller, List<Grant> grants) {
    return grants.stream()
        .allMatch(
            grant ->
                grant.getTeam().equals(Caller.EVERY_TEAM)
                    ? caller.everywhere(Role.ROLE_ADMIN)
                    : caller.holds(Role.ROLE_ADMIN, grant.getTeam()));
  }

  private static Optional<StatusRuntimeException> error(Exception thrown) {
    return thrown instanceof IOException fault
        ? Optional.of(AccessErrors.unavailable("use the store of tokens and audit entries", fault))
        : Optional.empty();
  }
}
