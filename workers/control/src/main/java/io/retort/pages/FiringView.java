package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.v1.TriggerFiring;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One firing of a trigger.
 *
 * @param style CSS class of the outcome's colour
 * @param run the run that it launched, else empty
 * @param why it launched none
 */
public record FiringView(
    String time,
    String machine,
    String cause,
    String detail,
    String outcome,
    String style,
    String run,
    String why,
    String parameters,
    String revision) {
  static FiringView of(TriggerFiring firing) {
    return new FiringView(
        Times.shown(firing.getFiredAt()),
        Times.machine(firing.getFiredAt()),
        EnumText.words(firing.getCause()),
        firing.getDetail(),
        EnumText.words(firing.getOutcome()),
        switch (firing.getOutcome()) {
          case FIRING_OUTCOME_LAUNCHED -> "good";
          case FIRING_OUTCOME_REFUSED -> "bad";
          case FIRING_OUTCOME_SKIPPED -> "waiting";
          case FIRING_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> "idle";
        },
        firing.getRunId(),
        firing.hasFailure()
            ? EnumText.shortName(firing.getFailure().getCategory())
                + "/"
                + firing.getFailure().getType()
                + ": "
                + firing.getFailure().getMessage()
            : firing.getReason(),
        new TreeMap<>(firing.getParametersMap())
            .entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(", ")),
        Long.toUnsignedString(firing.getRevision()));
  }
}
