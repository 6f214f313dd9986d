package io.retort.cli;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryAttempt;
import io.retort.v1.DeliveryError;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Subscriptions and deliveries for people. */
final class SubscriptionText {
  static String line(Subscription subscription) {
    SubscriptionConfig config = subscription.getConfig();
    return plain(
        String.format(
            "%-30s %s%s",
            config.getName(),
            config.getUrl(),
            subscription.hasPause() ? "  PAUSED: " + subscription.getPause().getReason() : ""));
  }

  static String text(Subscription subscription) {
    SubscriptionConfig config = subscription.getConfig();
    List<String> lines = new ArrayList<>();
    lines.add(line(subscription));
    lines.add("  team      " + config.getTeam());
    lines.add("  secrets   " + String.join(", ", config.getSecretsList()));
    lines.add(
        "  events    "
            + (config.getEventTypesCount() == 0
                ? "all"
                : config.getEventTypesList().stream()
                    .map(EnumText::shortName)
                    .collect(Collectors.joining(", "))));
    if (config.getPhasesCount() > 0) {
      lines.add(
          "  phases    "
              + config.getPhasesList().stream()
                  .map(EnumText::shortName)
                  .collect(Collectors.joining(", ")));
    }
    if (config.getMatchLabelsCount() > 0) {
      lines.add(
          "  labels    "
              + config.getMatchLabelsMap().entrySet().stream()
                  .map(label -> label.getKey() + "=" + label.getValue())
                  .sorted()
                  .collect(Collectors.joining(", ")));
    }
    if (subscription.getRevision() > 0) {
      lines.add(
          "  revision  "
              + subscription.getRevision()
              + " by "
              + subscription.getChangedBy()
              + ", "
              + Timestamps.toString(subscription.getChangedAt()));
    }
    return lines.stream().map(SubscriptionText::plain).collect(Collectors.joining("\n"));
  }

  static String text(Delivery delivery) {
    List<String> lines = new ArrayList<>();
    lines.add(
        delivery.getEventId()
            + "  "
            + EnumText.shortName(delivery.getEventType())
            + "  "
            + EnumText.shortName(delivery.getState())
            + (delivery.hasNextAttemptAt()
                ? ", next attempt " + Timestamps.toString(delivery.getNextAttemptAt())
                : ""));
    delivery.getAttemptsList().forEach(attempt -> lines.add("  " + text(attempt)));
    return lines.stream().map(SubscriptionText::plain).collect(Collectors.joining("\n"));
  }

  private static String text(DeliveryAttempt attempt) {
    boolean reached = attempt.getError() == DeliveryError.DELIVERY_ERROR_UNSPECIFIED;
    return attempt.getNumber()
        + "  "
        + Timestamps.toString(attempt.getAt())
        + "  "
        + Durations.toMillis(attempt.getDuration())
        + " ms  "
        + (reached
            ? attempt.getStatusCode()
            : EnumText.shortName(attempt.getError()) + ": " + attempt.getMessage());
  }

  /** What others have chosen must not steer the terminal. */
  private static String plain(String line) {
    return line.replaceAll("\\p{Cntrl}", "?").stripTrailing();
  }

  private SubscriptionText() {}
}
