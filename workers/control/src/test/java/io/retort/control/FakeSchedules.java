package io.retort.control;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.schedule.v1.Schedule;
import io.temporal.api.schedule.v1.ScheduleInfo;
import io.temporal.api.schedule.v1.ScheduleListInfo;
import io.temporal.api.workflowservice.v1.CreateScheduleRequest;
import io.temporal.api.workflowservice.v1.CreateScheduleResponse;
import io.temporal.api.workflowservice.v1.DeleteScheduleRequest;
import io.temporal.api.workflowservice.v1.DeleteScheduleResponse;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.DescribeScheduleResponse;
import io.temporal.api.workflowservice.v1.ListSchedulesRequest;
import io.temporal.api.workflowservice.v1.ListSchedulesResponse;
import io.temporal.api.workflowservice.v1.UpdateScheduleRequest;
import io.temporal.api.workflowservice.v1.UpdateScheduleResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Holds schedules, which the in-memory server does not support; it starts nothing. */
final class FakeSchedules implements ClientInterceptor {
  /** By id. */
  final Map<String, Schedule> schedules = new ConcurrentHashMap<>();

  /** What is known of every schedule. */
  volatile ScheduleInfo info = ScheduleInfo.getDefaultInstance();

  /** Answers every call of schedules if it is not OK. */
  volatile Status refusal = Status.OK;

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (!String.valueOf(method.getBareMethodName()).contains("Schedule")) {
      return next.newCall(method, options);
    }
    return new ClientCall<>() {
      private ClientCall.@Nullable Listener<R> listener;
      private Optional<Object> answer = Optional.empty();

      @Override
      public void start(ClientCall.Listener<R> responseListener, Metadata headers) {
        listener = responseListener;
      }

      @Override
      public void sendMessage(Q message) {
        answer = refusal.isOk() ? answer(message) : Optional.empty();
      }

      @Override
      @SuppressWarnings("unchecked")
      public void halfClose() {
        ClientCall.Listener<R> waiting = listener;
        if (waiting != null) {
          answer.ifPresent(message -> waiting.onMessage((R) message));
          waiting.onClose(
              answer.isPresent() ? Status.OK : refusal.isOk() ? Status.NOT_FOUND : refusal,
              new Metadata());
        }
      }

      @Override
      public void request(int count) {}

      @Override
      public void cancel(@Nullable String message, @Nullable Throwable cause) {}
    };
  }

  /** Empty for a schedule that is not there. */
  private Optional<Object> answer(Object message) {
    if (message instanceof CreateScheduleRequest request) {
      schedules.put(request.getScheduleId(), request.getSchedule());
      return Optional.of(CreateScheduleResponse.getDefaultInstance());
    }
    if (message instanceof UpdateScheduleRequest request) {
      return Optional.ofNullable(schedules.replace(request.getScheduleId(), request.getSchedule()))
          .map(replaced -> UpdateScheduleResponse.getDefaultInstance());
    }
    if (message instanceof DeleteScheduleRequest request) {
      return Optional.ofNullable(schedules.remove(request.getScheduleId()))
          .map(removed -> DeleteScheduleResponse.getDefaultInstance());
    }
    if (message instanceof DescribeScheduleRequest request) {
      return Optional.ofNullable(schedules.get(request.getScheduleId()))
          .map(
              schedule ->
                  DescribeScheduleResponse.newBuilder()
                      .setSchedule(schedule)
                      .setInfo(info)
                      .build());
    }
    if (message instanceof ListSchedulesRequest) {
      ListSchedulesResponse.Builder response = ListSchedulesResponse.newBuilder();
      schedules.forEach(
          (id, schedule) ->
              response
                  .addSchedulesBuilder()
                  .setScheduleId(id)
                  .setInfo(
                      ScheduleListInfo.newBuilder()
                          .setNotes(schedule.getState().getNotes())
                          .setPaused(schedule.getState().getPaused())));
      return Optional.of(response.build());
    }
    throw new IllegalStateException(String.valueOf(message));
  }
}
