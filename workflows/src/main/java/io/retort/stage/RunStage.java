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
 * <p>What the stage is given of the spec are the fields that it reads and those that change no
 * result ({@link OperationalFields}): it cannot depend on any other.
 */
public interface RunStage {
  Stage stage();

  /** Raised when the same fields and inputs come to give another result. */
  int version();

  /** The last stages of the runs that the stage is a part of. */
  Set<LastStage> runsWith();

  /** Paths of the {@link io.retort.v1.RunSpec} that decide the result, see {@link SpecFields}. */
  List<String> reads();

  /** Unit of its progress: {@code rows}, {@code steps}, ... */
  String unit();

  /**
   * Digests of what the stage reads besides the spec, by name: results of earlier stages, and
   * external things such as files and models, which are inspected here.
   */
  SortedMap<String, String> inputs(StageContext context);

  /**
   * Makes the result. Faults that outlive their retries pause the run within the context's calls.
   */
  StageOutput run(StageContext context);
}
