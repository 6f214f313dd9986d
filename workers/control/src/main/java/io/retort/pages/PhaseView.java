package io.retort.pages;

import io.retort.report.Figures;
import io.retort.v1.RunPhase;

/**
 * A phase as it is shown: always in words, and with a symbol and a colour beside them.
 *
 * @param style CSS class of its colour
 */
public record PhaseView(String words, String symbol, String style) {
  static PhaseView of(RunPhase phase) {
    return switch (phase) {
      case RUN_PHASE_QUEUED -> view(phase, "○", "idle");
      case RUN_PHASE_WAITING_FOR_RESOURCES -> view(phase, "◔", "waiting");
      case RUN_PHASE_RUNNING -> view(phase, "▶", "running");
      case RUN_PHASE_PAUSED -> view(phase, "‖", "waiting");
      case RUN_PHASE_AWAITING_APPROVAL -> view(phase, "?", "waiting");
      case RUN_PHASE_SUCCEEDED -> view(phase, "✓", "good");
      case RUN_PHASE_FAILED -> view(phase, "✕", "bad");
      case RUN_PHASE_CANCELLED -> view(phase, "–", "idle");
      case RUN_PHASE_UNSPECIFIED, UNRECOGNIZED -> new PhaseView("unknown", "·", "idle");
    };
  }

  private static PhaseView view(RunPhase phase, String symbol, String style) {
    return new PhaseView(Figures.name(phase), symbol, style);
  }
}
