package io.retort.ray;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.ray.api.ObjectRef;
import io.ray.api.PyActorHandle;
import io.ray.api.function.PyActorMethod;
import io.retort.store.ProtoJson;
import io.retort.training.TrainerException;
import io.retort.training.TrainerHandle;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** A Python actor. Only text and whole numbers are exchanged: the job and its status as JSON. */
final class RayTrainerHandle implements TrainerHandle {
  private static final PyActorMethod<String> PING = PyActorMethod.of("ping", String.class);
  private static final PyActorMethod<String> START = PyActorMethod.of("start", String.class);
  private static final PyActorMethod<String> STATUS = PyActorMethod.of("status", String.class);
  private static final PyActorMethod<String> STOP = PyActorMethod.of("stop", String.class);
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final String name;
  private final PyActorHandle actor;
  private final RayCalls calls;

  // Unanswered calls by method: repeating a call would only fill the actor's queue.
  private final Map<String, ObjectRef<String>> pending = new ConcurrentHashMap<>();

  RayTrainerHandle(String name, PyActorHandle actor, RayCalls calls) {
    this.name = name;
    this.actor = actor;
    this.calls = calls;
  }

  @Override
  public void ping(Duration timeout) throws TrainerException {
    call(PING, () -> actor.task(PING).remote(), timeout);
  }

  @Override
  public TrainerStatus start(TrainerJob job, long fencingToken, Duration timeout)
      throws TrainerException {
    return parse(
        START,
        call(START, () -> actor.task(START, ProtoJson.print(job), fencingToken).remote(), timeout));
  }

  @Override
  public TrainerStatus status(Duration timeout) throws TrainerException {
    return parse(STATUS, call(STATUS, () -> actor.task(STATUS).remote(), timeout));
  }

  @Override
  public TrainerStatus stop(Duration timeout) throws TrainerException {
    return parse(STOP, call(STOP, () -> actor.task(STOP).remote(), timeout));
  }

  private String call(
      PyActorMethod<String> method, Supplier<ObjectRef<String>> remote, Duration timeout)
      throws TrainerException {
    String what = name + "." + method.methodName;
    ObjectRef<String> earlier = pending.remove(method.methodName);
    ObjectRef<String> answer = earlier == null ? calls.ask(what, remote) : earlier;
    try {
      return calls.await(answer, what, timeout);
    } catch (TrainerException.Unreachable e) {
      pending.put(method.methodName, answer);
      throw e;
    }
  }

  private TrainerStatus parse(PyActorMethod<String> method, String json)
      throws TrainerException.Misbehaved {
    TrainerStatus.Builder status = TrainerStatus.newBuilder();
    try {
      PARSER.merge(json, status);
      return status.build();
    } catch (InvalidProtocolBufferException e) {
      throw new TrainerException.Misbehaved(
          name + "." + method.methodName + ": " + e.getMessage() + " (expected: TrainerStatus)", e);
    }
  }
}
