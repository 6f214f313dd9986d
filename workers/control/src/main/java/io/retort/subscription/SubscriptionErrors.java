package io.retort.subscription;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.v1.FailureCategory;

/** Errors of the API about subscriptions. */
final class SubscriptionErrors {
  static StatusRuntimeException notFound(String name) {
    return RpcFailures.user(Status.Code.NOT_FOUND, "SUBSCRIPTION_NOT_FOUND", absent(name));
  }

  /** The message of {@link #notFound}. */
  static String absent(String name) {
    return "subscription: " + name + " (expected: one that `retort subscriptions list` shows)";
  }

  static StatusRuntimeException changed(String name, long expected) {
    return RpcFailures.user(
        Status.Code.ABORTED,
        "SUBSCRIPTION_CHANGED",
        "subscription "
            + name
            + ": its revision is not "
            + expected
            + " (expected: the newest one; look at it again)");
  }

  static StatusRuntimeException paused(String name) {
    return RpcFailures.user(
        Status.Code.FAILED_PRECONDITION,
        "SUBSCRIPTION_PAUSED",
        "subscription "
            + name
            + " is paused (expected: one that is not; `retort subscriptions resume "
            + name
            + "`)");
  }

  static StatusRuntimeException noDelivery(String name, String eventId) {
    return RpcFailures.user(
        Status.Code.NOT_FOUND,
        "DELIVERY_NOT_FOUND",
        "event_id: "
            + eventId
            + " (expected: one that `retort subscriptions deliveries "
            + name
            + "` shows)");
  }

  static StatusRuntimeException tooMany(int most) {
    return RpcFailures.of(
        Status.Code.RESOURCE_EXHAUSTED,
        FailureCategory.FAILURE_CATEGORY_RESOURCE,
        "TOO_MANY_SUBSCRIPTIONS",
        "there are " + most + " subscriptions (expected: fewer; delete one)");
  }

  private SubscriptionErrors() {}
}
