package io.retort.rows;

import io.retort.v1.JudgeContext;
import io.retort.v1.RunSpec;
import java.util.HexFormat;

/**
 * Settings that all judge calls of a run share; endpoint and sampling parameters depend on the
 * role.
 *
 * @param roles the spec's roles, as part of the keys of rows
 */
public record JudgeSettings(long seed, String studentSize, String roles) {
  public static JudgeSettings of(RunSpec spec) {
    return new JudgeSettings(
        Integer.toUnsignedLong(spec.getSeed()),
        spec.getStudent().getSize(),
        // Binary, because protobuf does not guarantee a stable text format.
        HexFormat.of().formatHex(spec.getJudge().getRoles().toByteArray()));
  }

  /** Maximum number of rows of one shard that are processed at once. */
  public static int concurrency(RunSpec spec) {
    return spec.getJudge().getConcurrency();
  }

  /**
   * The context of one call, without the settings of its role.
   *
   * @param row the sample's id
   * @param purpose makes the seeds of a row's calls different
   */
  public JudgeContext context(String row, String... purpose) {
    String[] seeded = new String[purpose.length + 1];
    seeded[0] = row;
    System.arraycopy(purpose, 0, seeded, 1, purpose.length);
    return JudgeContext.newBuilder()
        .setRow(row)
        .setSeed(Seeds.of(seed, seeded))
        .setStudentSize(studentSize)
        .build();
  }
}
