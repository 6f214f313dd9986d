package io.retort.training;

import io.retort.v1.ResourceSpec;
import java.math.BigDecimal;

/** Resources, for people. */
public final class ResourceText {
  /** For example {@code 8 GPU, 4 CPU}. */
  public static String of(ResourceSpec resources) {
    String cpus = amount(resources.getCpus()) + " CPU";
    return resources.getGpus() > 0 ? amount(resources.getGpus()) + " GPU, " + cpus : cpus;
  }

  /** Without a needless fraction. */
  public static String amount(double amount) {
    return BigDecimal.valueOf(amount).stripTrailingZeros().toPlainString();
  }

  private ResourceText() {}
}
