package io.retort.event;

import io.retort.v1.Subscription;

/**
 * Which of the subscriptions that have had a name.
 *
 * @param uid as in {@code Subscription.uid}
 */
public record SubscriptionKey(String name, String uid) {
  public static SubscriptionKey of(Subscription subscription) {
    return new SubscriptionKey(subscription.getConfig().getName(), subscription.getUid());
  }

  /** Whether it is this one, and not an earlier or a later one of the same name. */
  public boolean isOf(Subscription subscription) {
    return of(subscription).equals(this);
  }
}
