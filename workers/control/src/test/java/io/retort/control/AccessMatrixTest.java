package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.retort.identity.Caller;
import io.retort.identity.Csrf;
import io.retort.identity.RpcAccess;
import io.retort.identity.Sessions;
import io.retort.identity.TokenCallers;
import io.retort.identity.TokenStore;
import io.retort.registry.ModelVersions;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.AccessScope;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.AuditEntry;
import io.retort.v1.AuditRecord;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CreateTokenRequest;
import io.retort.v1.CreateTokenResponse;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.Grant;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.ListAuditEntriesRequest;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListTokensRequest;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RevokeTokenRequest;
import io.retort.v1.Role;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.SendTestEventRequest;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.UnblockLaneRequest;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import io.retort.v1.WhoAmIRequest;
import io.retort.v1.WhoAmIResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every method, called with every role in the team that owns what it is about, in another, in all.
 */
class AccessMatrixTest {
  private static final String OWN = "nlp";
  private static final String OTHER = "vision";
  private static final String EVERY = "*";
  private static final String MODEL = "nlp-model";
  private static final String SUBSCRIPTION = "desk";
  private static final String LANE = "nightly";
  private static final String TRIGGER = "weekly";

  private static ControlHarness control;
  private static ManagedChannel channel;
  private static TokenStore tokens;
  private static String runId;
  private static String eventId;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    control = new ControlHarness(folder, Deadlines.DEFAULT, Map.of("RETORT_AUTH", "required"));
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", control.port()).usePlaintext().build();
    Store store = Store.open(control.storeUri);
    tokens = new TokenStore(store, control.storeUri, Clock.systemUTC());
    Run run =
        RunServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR))
            .createRun(CreateRunRequest.newBuilder().setSpec(spec(OWN)).build())
            .getRun();
    runId = run.getRunId();
    byte[] provenance =
        StoredMessages.bytes(
            ReleaseProvenance.newBuilder()
                .setModel(MODEL)
                .setVersion(1)
                .setRunId(runId)
                .setSpec(spec(OWN))
                .build());
    store.write(
        Store.resolve(
            new ModelVersions(store, control.storeUri, MODEL).folder(1), ModelVersions.PROVENANCE),
        output -> output.write(provenance));
    store.write(
        Store.resolve(control.storeUri, "subscriptions/" + SUBSCRIPTION + ".json"),
        output ->
            output.write(
                StoredMessages.bytes(
                    Subscription.newBuilder()
                        .setRevision(1)
                        .setConfig(
                            SubscriptionConfig.newBuilder()
                                .setName(SUBSCRIPTION)
                                .setTeam(OWN)
                                .setUrl("https://127.0.0.1/")
                                .addSecrets("none"))
                        .build())));
    eventId =
        SubscriptionServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR))
            .sendTestEvent(SendTestEventRequest.newBuilder().setName(SUBSCRIPTION).build())
            .getDelivery()
            .getEventId();
    LaneConfig unused =
        LaneServiceGrpc.newBlockingStub(as(EVERY, Role.ROLE_OPERATOR))
            .setLane(
                SetLaneRequest.newBuilder()
                    .setName(LANE)
                    .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
                    .setTeam(OWN)
                    .build())
            .getConfig();
    assertThat(set(trigger(TRIGGER))).isEqualTo(TRIGGER);
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    control.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROLE_VIEWER", "ROLE_OPERATOR", "ROLE_APPROVER", "ROLE_ADMIN"})
  void aRoleReachesItsTeamsOnly(Role role) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String team : List.of(OWN, OTHER, EVERY)) {
      Channel caller = as(team, role);
      for (MethodDescriptor<?, ?> method : methods()) {
        RpcAccess rpc = access(method);
        boolean allowed = role.getNumber() >= rpc.role().getNumber() && reaches(rpc, team);
        Status.Code code = call(caller, method);
        boolean refused = code == Status.Code.PERMISSION_DENIED || code == Status.Code.NOT_FOUND;
        if (allowed == refused || code == Status.Code.UNAUTHENTICATED) {
          wrong.add(rpc.name() + " as " + role + " in " + team + ": " + code);
        }
      }
    }
    assertThat(methods()).hasSizeGreaterThan(20);
    assertThat(wrong).isEmpty();
  }

  @Test
  void nobodyCallsWithoutAToken() {
    for (MethodDescriptor<?, ?> method : methods()) {
      assertThat(call(channel, method))
          .as(method.getFullMethodName())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(call(bearing("rtk_" + "0".repeat(72)), method))
          .as(method.getFullMethodName())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void whatAnotherTeamHasLooksAsIfItWereNotThere() throws IOException {
    RunServiceGrpc.RunServiceBlockingStub stranger =
        RunServiceGrpc.newBlockingStub(as(OTHER, Role.ROLE_ADMIN));
    StatusRuntimeException hidden =
        refused(() -> stranger.getRun(GetRunRequest.newBuilder().setRunId(runId).build()));
    StatusRuntimeException missing =
        refused(() -> stranger.getRun(GetRunRequest.newBuilder().setRunId("run-0").build()));
    assertThat(hidden.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(hidden.getStatus().getDescription().replace(runId, "run-0"))
        .isEqualTo(missing.getStatus().getDescription());
    assertThat(models(as(OTHER, Role.ROLE_ADMIN)).getModelsList()).isEmpty();
    assertThat(models(as(OWN, Role.ROLE_VIEWER)).getModelsList())
        .extracting(model -> model.getName())
        .containsExactly(MODEL);
  }

  @Test
  void listsAndTheirWatchesHaveTheRunsOfTheCallersTeamsAlone() throws IOException {
    for (String team : List.of(OWN, EVERY)) {
      assertThat(listed(as(team, Role.ROLE_VIEWER))).as(team).contains(runId);
      assertThat(watched(as(team, Role.ROLE_VIEWER))).as(team).contains(runId);
    }
    assertThat(listed(as(OTHER, Role.ROLE_ADMIN))).isEmpty();
    assertThat(watched(as(OTHER, Role.ROLE_ADMIN))).isEmpty();
  }

  @Test
  void aLaneOfATeamIsItsOperatorsAndRunsAlone() throws IOException {
    SetLaneRequest set =
        SetLaneRequest.newBuilder()
            .setName("own-lane")
            .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
            .setTeam(OWN)
            .build();
    LaneServiceGrpc.LaneServiceBlockingStub own =
        LaneServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR));
    LaneServiceGrpc.LaneServiceBlockingStub stranger =
        LaneServiceGrpc.newBlockingStub(as(OTHER, Role.ROLE_ADMIN));
    assertThat(own.setLane(set).getConfig().getTeam()).isEqualTo(OWN);
    assertThat(own.setLane(set.toBuilder().clearTeam().build()).getConfig().getTeam())
        .as("it keeps its team")
        .isEqualTo(OWN);

    GetLaneRequest get = GetLaneRequest.newBuilder().setName("own-lane").build();
    UnblockLaneRequest unblock = UnblockLaneRequest.newBuilder().setName("own-lane").build();
    assertThat(own.getLane(get).getLane().getConfig().getTeam()).isEqualTo(OWN);
    assertThat(refused(() -> own.unblockLane(unblock)).getStatus().getDescription())
        .contains("not blocked");
    assertThat(stranger.listLanes(ListLanesRequest.getDefaultInstance()).getLanesList())
        .extracting(LaneConfig::getName)
        .doesNotContain("own-lane");
    assertThat(refused(() -> stranger.getLane(get)).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused(() -> stranger.unblockLane(unblock)).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    for (String team : List.of("", OTHER)) {
      assertThat(
              refused(() -> stranger.setLane(set.toBuilder().setTeam(team).build()))
                  .getStatus()
                  .getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
    assertThat(
            refused(() -> own.setLane(set.toBuilder().setName("shared").clearTeam().build()))
                .getStatus()
                .getDescription())
        .contains("in every team, as lane shared belongs to none");
  }

  @Test
  void aRunWaitsInALaneOfItsTeamOnly() throws IOException {
    CreateRunRequest ofOther =
        CreateRunRequest.newBuilder().setSpec(spec(OTHER)).setLane(LANE).build();
    assertThat(
            RunServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR))
                .createRun(ofOther.toBuilder().setSpec(spec(OWN)).build())
                .getRun()
                .getLane()
                .getLane())
        .isEqualTo(LANE);
    StatusRuntimeException wrong =
        refused(
            () -> RunServiceGrpc.newBlockingStub(as(EVERY, Role.ROLE_OPERATOR)).createRun(ofOther));
    assertThat(wrong.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(wrong.getStatus().getDescription())
        .isEqualTo(
            "lane: \"nightly\" of team nlp for a run of team vision (expected: a lane of the run's"
                + " team or of none, or no lane)");
    assertThat(
            refused(
                    () ->
                        RunServiceGrpc.newBlockingStub(as(OTHER, Role.ROLE_OPERATOR))
                            .createRun(ofOther))
                .getStatus()
                .getDescription())
        .as("to those who may not know it the lane is not there")
        .isEqualTo("lane: \"nightly\" (expected: one that `retort lanes list` shows, or none)");
  }

  @Test
  void anAdminOfATeamManagesItsTokensAndNoOthers() throws IOException {
    AccessServiceGrpc.AccessServiceBlockingStub admin =
        AccessServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_ADMIN));
    CreateTokenResponse created =
        admin.createToken(
            CreateTokenRequest.newBuilder()
                .setName("ci")
                .addGrants(grant(OWN, Role.ROLE_OPERATOR))
                .build());
    assertThat(created.getSecret()).matches("rtk_[0-9a-f]{72}");
    AccessServiceGrpc.AccessServiceBlockingStub created1 =
        AccessServiceGrpc.newBlockingStub(bearing(created.getSecret()));
    WhoAmIResponse me = created1.whoAmI(WhoAmIRequest.getDefaultInstance());
    assertThat(me.getName()).isEqualTo("ci");
    assertThat(me.getGrantsList()).containsExactly(grant(OWN, Role.ROLE_OPERATOR));

    for (String beyond : List.of(OTHER, EVERY)) {
      assertThat(
              refused(
                      () ->
                          admin.createToken(
                              CreateTokenRequest.newBuilder()
                                  .setName("ci")
                                  .addGrants(grant(beyond, Role.ROLE_VIEWER))
                                  .build()))
                  .getStatus()
                  .getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
    AccessServiceGrpc.AccessServiceBlockingStub stranger =
        AccessServiceGrpc.newBlockingStub(as(OTHER, Role.ROLE_ADMIN));
    RevokeTokenRequest revoke =
        RevokeTokenRequest.newBuilder().setTokenId(created.getToken().getTokenId()).build();
    assertThat(stranger.listTokens(ListTokensRequest.getDefaultInstance()).getTokensList())
        .allSatisfy(
            token ->
                assertThat(token.getGrantsList())
                    .allSatisfy(grant -> assertThat(grant.getTeam()).isEqualTo(OTHER)));
    assertThat(refused(() -> stranger.revokeToken(revoke)).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);

    assertThat(admin.revokeToken(revoke).getToken().hasRevokedAt()).isTrue();
    assertThat(
            refused(() -> created1.whoAmI(WhoAmIRequest.getDefaultInstance()))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aSessionChangesSomethingOnlyWithItsProof() throws Exception {
    Store store = Store.open(control.storeUri);
    Sessions sessions =
        new Sessions(
            store,
            control.storeUri,
            Clock.systemUTC(),
            new SecureRandom(),
            new TokenCallers(tokens, Clock.systemUTC(), Runnable::run),
            user -> new Caller(user.getName()));
    String header = sessions.open(secret(OWN, Role.ROLE_OPERATOR)).orElseThrow();
    String cookie = header.substring(0, header.indexOf(';'));
    GetRunRequest get = GetRunRequest.newBuilder().setRunId(runId).build();
    CreateRunRequest create = CreateRunRequest.newBuilder().setSpec(spec(OWN)).build();

    RunServiceGrpc.RunServiceBlockingStub page =
        RunServiceGrpc.newBlockingStub(sending(Map.of("cookie", cookie)));
    assertThat(page.getRun(get).getRun().getRunId()).isEqualTo(runId);
    assertThat(refused(() -> page.createRun(create)).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    Run made =
        RunServiceGrpc.newBlockingStub(
                sending(Map.of("cookie", cookie, Csrf.HEADER, Csrf.token(cookie))))
            .createRun(create)
            .getRun();
    assertThat(made.getSpec().getTeam()).isEqualTo(OWN);
  }

  @Test
  void theAuditLogHasWhatChangedAndWhatWasRefused() throws Exception {
    RunServiceGrpc.RunServiceBlockingStub operator =
        RunServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR));
    Run run = operator.createRun(CreateRunRequest.newBuilder().setSpec(spec(OWN)).build()).getRun();
    StatusRuntimeException unused =
        refused(
            () ->
                RunServiceGrpc.newBlockingStub(as(OTHER, Role.ROLE_ADMIN))
                    .getRun(GetRunRequest.newBuilder().setRunId(run.getRunId()).build()));
    List<AuditEntry> about = auditedAbout(run.getRunId(), 2);
    assertThat(about)
        .extracting(entry -> entry.getMethod() + " " + entry.getOutcome())
        .containsExactly("RunService/CreateRun OK", "RunService/GetRun NOT_FOUND");
    assertThat(about.get(0).getTeamsList()).containsExactly(OWN);
    assertThat(about.get(0).getCallerId()).startsWith("token:");
  }

  /** Waits until the log has so many entries about the run. */
  private static List<AuditEntry> auditedAbout(String run, int entries) throws IOException {
    AccessServiceGrpc.AccessServiceBlockingStub admin =
        AccessServiceGrpc.newBlockingStub(as(EVERY, Role.ROLE_ADMIN));
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    List<AuditEntry> found = List.of();
    while (found.size() < entries && System.nanoTime() < end) {
      found =
          admin
              .listAuditEntries(ListAuditEntriesRequest.newBuilder().setPageSize(1000).build())
              .getRecordsList()
              .stream()
              .map(AuditRecord::getEntry)
              .filter(entry -> entry.getObject().equals(run))
              .toList();
    }
    return found;
  }

  private static List<String> listed(Channel caller) {
    return RunServiceGrpc.newBlockingStub(caller)
        .listRuns(ListRunsRequest.newBuilder().setPageSize(1000).build())
        .getRunsList()
        .stream()
        .map(Run::getRunId)
        .toList();
  }

  /** The runs with which a watch begins: all messages up to the one that has the window. */
  private static List<String> watched(Channel caller) {
    List<String> runs = new ArrayList<>();
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<WatchRunsResponse> watch =
          RunServiceGrpc.newBlockingStub(caller)
              .watchRuns(WatchRunsRequest.newBuilder().setPageSize(1000).build());
      WatchRunsResponse message = watch.next();
      assertThat(message.getResync()).isTrue();
      while (!message.hasWindow()) {
        message = watch.next();
        message.getRunsList().forEach(run -> runs.add(run.getRunId()));
      }
      assertThat(message.getWindow().getRunIdsList()).containsExactlyInAnyOrderElementsOf(runs);
      return runs;
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  private static boolean reaches(RpcAccess rpc, String team) {
    // Whoever is in some team may ask for a lane, and sees one of a team only in that team.
    boolean asksForTheLane = rpc.name().equals("LaneService/GetLane");
    return team.equals(EVERY)
        || (rpc.scope() == AccessScope.ACCESS_SCOPE_SOME_TEAM
            && (!asksForTheLane || team.equals(OWN)))
        || (rpc.scope() == AccessScope.ACCESS_SCOPE_UNSPECIFIED && team.equals(OWN));
  }

  private static List<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    control.services().stream()
        .filter(service -> service.getServiceDescriptor().getName().startsWith("retort.v1."))
        .forEach(service -> methods.addAll(service.getServiceDescriptor().getMethods()));
    return methods;
  }

  private static RpcAccess access(MethodDescriptor<?, ?> method) {
    ProtoMethodDescriptorSupplier supplier =
        (ProtoMethodDescriptorSupplier) method.getSchemaDescriptor();
    return RpcAccess.of(supplier.getMethodDescriptor()).orElseThrow();
  }

  /** Calls with a request about what the team owns; OK once the first response is there. */
  private static <Q, R> Status.Code call(Channel caller, MethodDescriptor<Q, R> method) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    try {
      if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
        boolean unused =
            ClientCalls.blockingServerStreamingCall(caller, method, options, request(method))
                .hasNext();
      } else {
        R unused = ClientCalls.blockingUnaryCall(caller, method, options, request(method));
      }
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  /**
   * Of a token no id is given, of a lane no policy, of a subscription another revision, no reason
   * to change a model, and one that is too long to delete a run or to pause a trigger, so that
   * nothing is changed.
   */
  private static <Q> Q request(MethodDescriptor<Q, ?> method) {
    PrototypeMarshaller<Q> marshaller = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Message.Builder request = ((Message) marshaller.getMessagePrototype()).newBuilderForType();
    for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
      switch (field.getName()) {
        case "run_id" -> request.setField(field, runId);
        case "run_ids" -> request.addRepeatedField(field, runId);
        case "model" -> request.setField(field, MODEL);
        case "reference" -> request.setField(field, MODEL + ":v1");
        case "spec" -> request.setField(field, spec(OWN));
        case "name" -> {
          if (method.getFullMethodName().contains(".LaneService/")) {
            request.setField(field, LANE);
          } else if (method.getFullMethodName().contains(".SubscriptionService/")) {
            request.setField(field, SUBSCRIPTION);
          } else if (method.getFullMethodName().contains(".TriggerService/")) {
            request.setField(
                field, method.getFullMethodName().endsWith("/DeleteTrigger") ? doomed() : TRIGGER);
          }
        }
        case "event_id" -> request.setField(field, eventId);
        case "expected_revision" -> request.setField(field, 999L);
        case "config" ->
            request.setField(
                field,
                method.getFullMethodName().contains(".TriggerService/")
                    ? trigger(TRIGGER)
                    : SubscriptionConfig.newBuilder().setName(SUBSCRIPTION).setTeam(OWN).build());
        case "reason" -> {
          if (method.getFullMethodName().endsWith("/DeleteRun")
              || method.getFullMethodName().endsWith("/PauseTrigger")) {
            request.setField(field, "x".repeat(1001));
          }
        }
        default -> {}
      }
    }
    @SuppressWarnings("unchecked")
    Q typed = (Q) request.build();
    return typed;
  }

  /** A trigger that may be deleted. */
  private static String doomed() {
    try {
      return set(trigger("doomed"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String set(TriggerConfig config) throws IOException {
    return TriggerServiceGrpc.newBlockingStub(as(OWN, Role.ROLE_OPERATOR))
        .setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build())
        .getTrigger()
        .getConfig()
        .getName();
  }

  private static TriggerConfig trigger(String name) {
    return TriggerConfig.newBuilder()
        .setName(name)
        .setLaunch(LaunchTemplate.newBuilder().setSpec(spec(OWN)))
        .build();
  }

  private static ListModelsResponse models(Channel caller) {
    return ModelServiceGrpc.newBlockingStub(caller)
        .listModels(ListModelsRequest.getDefaultInstance());
  }

  private static StatusRuntimeException refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    return thrown;
  }

  private static Channel as(String team, Role role) throws IOException {
    return bearing(secret(team, role));
  }

  private static String secret(String team, Role role) throws IOException {
    return tokens
        .create("test", List.of(grant(team, role)), Duration.ofHours(1), "test", new SecureRandom())
        .secret()
        .reveal();
  }

  private static Channel bearing(String token) {
    return sending(Map.of("authorization", "Bearer " + token));
  }

  private static Channel sending(Map<String, String> values) {
    Metadata headers = new Metadata();
    values.forEach(
        (name, value) ->
            headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Grant grant(String team, Role role) {
    return Grant.newBuilder().setTeam(team).setRole(role).build();
  }

  private static RunSpec spec(String team) {
    return ControlHarness.spec("waits").toBuilder().setTeam(team).build();
  }
}
