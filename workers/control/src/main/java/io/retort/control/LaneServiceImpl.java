package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.call.Answers;
import io.retort.identity.Caller;
import io.retort.lane.LaneClient;
import io.retort.lane.LaneConfigs;
import io.retort.lane.LaneNotBlockedException;
import io.retort.lane.VisibleLane;
import io.retort.v1.FailureCategory;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetLaneResponse;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListLanesResponse;
import io.retort.v1.Role;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.SetLaneResponse;
import io.retort.v1.UnblockLaneRequest;
import io.retort.v1.UnblockLaneResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lane API: policies from the store, runs from the lanes' workflows. */
final class LaneServiceImpl extends LaneServiceGrpc.LaneServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(LaneServiceImpl.class);
  private static final int DEFAULT_PAGE = 100;

  private final Answers answers;
  private final LaneConfigs configs;
  private final LaneClient lanes;
  private final Clock clock;
  private final Supplier<Set<String>> visibleRuns;

  /**
   * @param visibleRuns ids of the runs that the current caller may see
   */
  LaneServiceImpl(
      LaneConfigs configs,
      LaneClient lanes,
      Workflows workflows,
      Clock clock,
      Supplier<Set<String>> visibleRuns) {
    this.configs = configs;
    this.lanes = lanes;
    answers = new Answers(thrown -> error(thrown, workflows.namespace()));
    this.clock = clock;
    this.visibleRuns = visibleRuns;
  }

  @Override
  public void setLane(SetLaneRequest request, StreamObserver<SetLaneResponse> observer) {
    answers.answer(
        request, observer, () -> SetLaneResponse.newBuilder().setConfig(set(request)).build());
  }

  @Override
  public void getLane(GetLaneRequest request, StreamObserver<GetLaneResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          LaneConfig stored = require(request.getName());
          Lane lane =
              lanes
                  .state(request.getName())
                  .map(known -> withStored(known, stored))
                  .orElseGet(() -> Lane.newBuilder().setConfig(stored).build());
          return GetLaneResponse.newBuilder().setLane(shown(lane)).build();
        });
  }

  @Override
  public void listLanes(ListLanesRequest request, StreamObserver<ListLanesResponse> observer) {
    answers.answer(request, observer, () -> list(request));
  }

  @Override
  public void unblockLane(
      UnblockLaneRequest request, StreamObserver<UnblockLaneResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          LaneConfig stored = require(request.getName());
          Lane unblocked = withStored(lanes.unblock(request.getName()), stored);
          return UnblockLaneResponse.newBuilder().setLane(shown(unblocked)).build();
        });
  }

  private LaneConfig set(SetLaneRequest request) throws IOException {
    boolean parallel = request.getPolicy() == LanePolicy.LANE_POLICY_PARALLEL;
    if (parallel == (request.getParallelism() == 0)) {
      throw ApiErrors.invalid(
          "parallelism",
          request.getParallelism()
              + (parallel
                  ? " (expected: 1 to 100 for policy PARALLEL)"
                  : " (expected: not set, except for policy PARALLEL)"));
    }
    LaneConfig config =
        configs.set(
            LaneConfig.newBuilder()
                .setName(request.getName())
                .setPolicy(request.getPolicy())
                .setParallelism(Math.max(1, request.getParallelism()))
                .setTeam(request.getTeam())
                .build(),
            Timestamps.fromMillis(clock.millis()),
            Caller.current().name(),
            stored -> {
              LaneTeams.requireOperator(stored);
              requireRevision(request, stored);
            });
    lanes.configure(config);
    return config;
  }

  /** Throws ABORTED where the request expects another revision. */
  private static void requireRevision(SetLaneRequest request, LaneConfig stored) {
    long expected = request.getExpectedRevision();
    if (!request.hasExpectedRevision() || expected == stored.getRevision()) {
      return;
    }
    String lane = "lane " + request.getName() + ": ";
    String found =
        stored.getRevision() == 0
            ? "there is none"
            : "there is one, of revision "
                + Long.toUnsignedString(stored.getRevision())
                + (stored.getChangedBy().isEmpty() ? "" : ", set by " + stored.getChangedBy());
    throw ApiErrors.failure(
        Status.Code.ABORTED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "LANE_CHANGED",
        lane
            + found
            + (expected == 0
                ? " (expected: none; take another name, or change that lane)"
                : " (expected: revision "
                    + Long.toUnsignedString(expected)
                    + "; look at it and set it again)"),
        null);
  }

  private ListLanesResponse list(ListLanesRequest request) throws IOException {
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    List<String> names = new ArrayList<>(configs.names());
    names.removeIf(name -> name.compareTo(request.getPageToken()) <= 0);
    ListLanesResponse.Builder response = ListLanesResponse.newBuilder();
    for (String name : names.subList(0, Math.min(size, names.size()))) {
      configs.read(name).filter(LaneTeams::isVisible).ifPresent(response::addLanes);
    }
    if (names.size() > size) {
      response.setNextPageToken(names.get(size - 1));
    }
    return response.build();
  }

  private LaneConfig require(String name) throws IOException {
    return configs
        .read(name)
        .filter(LaneTeams::isVisible)
        .orElseThrow(
            () ->
                ApiErrors.failure(
                    Status.Code.NOT_FOUND,
                    FailureCategory.FAILURE_CATEGORY_USER,
                    "LANE_NOT_FOUND",
                    LaneTeams.notFound(name),
                    null));
  }

  /**
   * With the stored policy, whose revision the next change is compared with. A workflow that was
   * not told of it, because Temporal did not answer just then, is told again.
   */
  private Lane withStored(Lane lane, LaneConfig stored) {
    if (Long.compareUnsigned(lane.getConfig().getRevision(), stored.getRevision()) < 0) {
      try {
        lanes.configure(stored);
      } catch (StatusRuntimeException e) {
        LOG.warn(
            "the workflow of lane {} cannot be told of revision {}; it is tried again when the lane"
                + " is read next, or a run enters it",
            stored.getName(),
            Long.toUnsignedString(stored.getRevision()),
            e);
      }
    }
    return lane.toBuilder().setConfig(stored).build();
  }

  private Lane shown(Lane lane) {
    if (Caller.current().everywhere(Role.ROLE_VIEWER)) {
      return VisibleLane.of(lane, run -> true);
    }
    Set<String> visible = visibleRuns.get();
    return VisibleLane.of(lane, visible::contains);
  }

  private static Optional<StatusRuntimeException> error(Exception thrown, String namespace) {
    if (thrown instanceof LaneNotBlockedException) {
      return Optional.of(
          ApiErrors.failure(
              Status.Code.FAILED_PRECONDITION,
              FailureCategory.FAILURE_CATEGORY_USER,
              "LANE_NOT_BLOCKED",
              String.valueOf(thrown.getMessage()),
              null));
    }
    if (thrown instanceof IOException fault) {
      return Optional.of(ApiErrors.store("read or write lanes", fault));
    }
    return thrown instanceof StatusRuntimeException status && !ApiErrors.isOwn(status)
        ? Optional.of(TemporalErrors.of("reach the lane", namespace, status))
        : Optional.empty();
  }
}
