package io.retort.layout;

import io.retort.v1.RunContext;
import java.util.Locale;
import java.util.regex.Pattern;

/** The layout of the store: folders and objects of runs. */
public record RunLayout(String storeUri, String runId) {
  /** Name of the object in a run's folder that holds its {@code Run}. */
  public static final String RECORD = "run.json";

  private static final Pattern REVISION = Pattern.compile("[0-9]{1,18}");

  public static RunLayout of(RunContext run) {
    return new RunLayout(run.getStoreUri(), run.getRunId());
  }

  public static String datasets(String storeUri) {
    return resolve(storeUri, "datasets");
  }

  public static String models(String storeUri) {
    return resolve(storeUri, "models");
  }

  public static String model(String storeUri, String model) {
    return resolve(storeUri, "models/" + model);
  }

  /**
   * Folder of one commit of a model of the hub, shared by all runs.
   *
   * @param name {@code OWNER/NAME}
   */
  public static String student(String storeUri, String name, String commit) {
    return resolve(storeUri, "students/" + name + "/" + commit);
  }

  /** Folder of cached judge answers, shared by all runs. */
  public static String cache(String storeUri) {
    return resolve(storeUri, "cache");
  }

  /** Completions of models, shared by all runs: a folder for each set. */
  public static String completions(String storeUri) {
    return resolve(storeUri, "completions");
  }

  /** What people have added to runs after their launch: one object for each such run. */
  public static String annotations(String storeUri) {
    return resolve(storeUri, "annotations");
  }

  /** Which runs requests have started: one object for each request with an id. */
  public static String launches(String storeUri) {
    return resolve(storeUri, "launches");
  }

  public static String runs(String storeUri) {
    return resolve(storeUri, "runs");
  }

  /** Folder of the policies of lanes. */
  public static String lanes(String storeUri) {
    return resolve(storeUri, "lanes");
  }

  /** Folder of triggers, an object each. */
  public static String triggers(String storeUri) {
    return resolve(storeUri, "triggers");
  }

  /** Earlier revisions and firings of a trigger. */
  public static String triggerHistory(String storeUri, String trigger) {
    return resolve(storeUri, "trigger-history/" + trigger);
  }

  /** Folder of what the watches of a trigger's locations have found, a folder for each. */
  public static String watches(String storeUri, String trigger) {
    return resolve(triggerHistory(storeUri, trigger), "watch");
  }

  /**
   * Folder of one of them.
   *
   * @param sinceRevision of the trigger when the watch began
   */
  public static String watch(String storeUri, String trigger, long sinceRevision) {
    return resolve(watches(storeUri, trigger), Long.toString(sinceRevision));
  }

  /** Whether a name in {@link #watches} is of a watch that began with this revision or before. */
  public static boolean isWatchUpTo(String name, long revision) {
    return !REVISION.matcher(name).matches() || Long.parseLong(name) <= revision;
  }

  /** Folder of subscriptions to events. */
  public static String subscriptions(String storeUri) {
    return resolve(storeUri, "subscriptions");
  }

  /** Folder of the deliveries of events, a folder for each name of a subscription. */
  public static String deliveries(String storeUri) {
    return resolve(storeUri, "deliveries");
  }

  /** Deliveries of events to the subscriptions that had this name. */
  public static String deliveries(String storeUri, String subscription) {
    return resolve(deliveries(storeUri), subscription);
  }

  /** Folder of moves of aliases that subscribers have not been told of. */
  public static String announcements(String storeUri) {
    return resolve(storeUri, "announcements");
  }

  /** Folder of stage results. */
  public static String stages(String storeUri) {
    return resolve(storeUri, "stages");
  }

  /** How a built-in benchmark's scores compare with published figures. */
  public static String calibration(String storeUri, String benchmark) {
    return resolve(storeUri, "calibrations/" + benchmark + ".json");
  }

  /** The result of a stage, by its fingerprint. */
  public static String stage(String storeUri, String fingerprint) {
    return resolve(stages(storeUri), fingerprint + ".json");
  }

  /** Folder of the reports of several runs. */
  public static String comparisons(String storeUri) {
    return resolve(storeUri, "comparisons");
  }

  /**
   * A report of several runs.
   *
   * @param name that only the same runs in the same order have
   */
  public static String comparison(String storeUri, String name) {
    return resolve(comparisons(storeUri), name + "/index.html");
  }

  /** The runs that such a report is about: a {@code CompareReportsRequest}. */
  public static String comparedRuns(String storeUri, String name) {
    return resolve(comparisons(storeUri), name + "/runs.json");
  }

  public String run() {
    return resolve(storeUri, "runs/" + runId);
  }

  /** The run as it was last recorded. */
  public String record() {
    return resolve(run(), RECORD);
  }

  /** Copies of the spec's prompt files, made when the run began. */
  public String prompts() {
    return resolve(run(), "prompts");
  }

  public String curationShard(int shard) {
    return resolve(run(), String.format(Locale.ROOT, "curation/shard-%05d", shard));
  }

  /** Folder of the curation; its manifest names the manifests of the shards. */
  public String curation() {
    return resolve(run(), "curation");
  }

  /** Kept samples, one part per shard. */
  public String kept() {
    return resolve(run(), "curation/kept");
  }

  public String pairsShard(int shard) {
    return resolve(run(), String.format(Locale.ROOT, "pairs/shard-%05d", shard));
  }

  /** Preference pairs, one part per shard. */
  public String pairs() {
    return resolve(run(), "pairs/all");
  }

  public String checkpoints(String stage) {
    return resolve(run(), "checkpoints/" + stage);
  }

  /** A folder for each model, with one for each benchmark. */
  public String evaluation() {
    return resolve(run(), "evaluation");
  }

  public String evaluation(String model, String benchmark) {
    return resolve(evaluation(), model + "/" + benchmark);
  }

  /** Verdicts that differ from those of the run's origin; no model has such a name. */
  public String flips() {
    return resolve(run(), "evaluation/_flips");
  }

  /** Logs of the run: its events, and a folder for each attempt at a trainer job. */
  public String logs() {
    return resolve(run(), "logs");
  }

  /** Logs of a trainer job: a folder for each attempt, named by its fencing token. */
  public String logs(String job) {
    return resolve(logs(), job);
  }

  /** What has happened to the run, a line each. */
  public String events() {
    return resolve(logs(), "events.log");
  }

  public String report() {
    return resolve(run(), "report/index.html");
  }

  /** The report that an approval is about; the run's last report does not replace it. */
  public String approvalReport() {
    return resolve(run(), "report/approval.html");
  }

  /** The data set for others: Parquet files and a card. */
  public String export() {
    return resolve(run(), "export");
  }

  /** Progress records of an unfinished export. */
  public String exportChunks() {
    return resolve(run(), "export-chunks");
  }

  private static String resolve(String folderUri, String path) {
    return folderUri.endsWith("/") ? folderUri + path : folderUri + "/" + path;
  }
}
