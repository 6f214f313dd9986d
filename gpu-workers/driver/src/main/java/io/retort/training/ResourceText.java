package io.retort.training;

import io.retort.v1.CustomResource;
import io.retort.v1.ResourceSpec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Formats resources for people. */
public final class ResourceText {
  /** Resources of all ranks, for example {@code 8 GPU, 4 CPU, for 4 ranks}. */
  public static String of(ResourceSpec resources) {
    int ranks = Math.max(1, resources.getRanks());
    List<String> parts = new ArrayList<>();
    if (resources.getGpus() > 0) {
      parts.add(amount(resources.getGpus() * ranks) + " GPU");
    }
    parts.add(amount(resources.getCpus() * ranks) + " CPU");
    if (resources.getMemoryGib() > 0) {
      parts.add(amount(resources.getMemoryGib() * ranks) + " GiB memory");
    }
    if (!resources.getAcceleratorType().isEmpty()) {
      parts.add(resources.getAcceleratorType());
    }
    for (CustomResource custom : resources.getCustomList()) {
      parts.add(amount(custom.getAmount() * ranks) + " " + custom.getName());
    }
    if (ranks > 1) {
      parts.add("for " + ranks + " ranks");
    }
    return String.join(", ", parts);
  }

  /** Formats an amount without a zero fraction. */
  public static String amount(double amount) {
    return BigDecimal.valueOf(amount).stripTrailingZeros().toPlainString();
  }

  private ResourceText() {}
}
