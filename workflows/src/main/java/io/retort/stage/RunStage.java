package io.retort.stage;

import io.retort.v1.LastStage;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * One stage of a run: a function of the spec fields that it reads and of its inputs. Stateless; the
 * methods that take a context are workflow code.
 *
 * <p>A stage receives only the spec fields that it reads and the {@linkplain OperationalFields
 * operational fields}, which change no result. It therefore cannot depend on any other field.
 */
public interface RunStage {
  Stage stage();

  /** Version of the stage. Raised when equal fields and inputs lead to another result. */
  int version();

  /** The values of {@code last_stage} for which a run includes this stage. */
  Set<LastStage> runsWith();

  /**
   * Paths of the {@link io.retort.v1.RunSpec} fields that determine the result, see {@link
   * SpecFields}.
   */
  List<String> reads();

  /** Unit of its progress: {@code rows}, {@code steps}, ... */
  String unit();

  /**
   * Digests of the stage's inputs besides the spec, by name: results of earlier stages, and
   * external inputs such as files and models, which this method inspects.
   */
  SortedMap<String, String> inputs(StageContext context);

  /**
   * Produces the result. A fault that outlives its retries pauses the run within the context's
   * calls.
   */
  StageOutput run(StageContext context);
}
