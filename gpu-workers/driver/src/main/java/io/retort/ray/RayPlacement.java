package io.retort.ray;

import io.ray.api.ObjectRef;
import io.ray.api.exception.RayTimeoutException;
import io.ray.api.placementgroup.PlacementGroup;
import io.retort.training.Placement;
import io.retort.training.TrainerException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A placement group that a Python task was requested to create. */
final class RayPlacement implements Placement {
  private final String name;
  private final ObjectRef<String> reservation;
  private final Supplier<Optional<PlacementGroup>> groups;
  private final RayCalls calls;

  RayPlacement(
      String name,
      ObjectRef<String> reservation,
      Supplier<Optional<PlacementGroup>> groups,
      RayCalls calls) {
    this.name = name;
    this.calls = calls;
    this.reservation = reservation;
    this.groups = groups;
  }

  @Override
  public boolean isReady(Duration timeout)
      throws TrainerException.Unreachable, TrainerException.Misbehaved {
    String what = name + ": placement group";
    try {
      String unused = calls.await(reservation, what, timeout);
    } catch (TrainerException.Unreachable e) {
      // The task is still waiting for a worker process.
      if (e.getCause() instanceof RayTimeoutException) {
        return false;
      }
      throw e;
    } catch (TrainerException.Died e) {
      // Only the task's process died, which does not show whether the cluster has the resources.
      throw new TrainerException.Unreachable(what + ": the task that asks for it died", e);
    } catch (TrainerException e) {
      throw new TrainerException.Misbehaved("reservation refused: " + e.getMessage(), e);
    }
    Optional<PlacementGroup> group = calls.ask(what, groups);
    int seconds = (int) Math.max(1, timeout.plusMillis(999).toSeconds());
    return group.isPresent() && calls.ask(what, () -> group.get().wait(seconds));
  }
}
