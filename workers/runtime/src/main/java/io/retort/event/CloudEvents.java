package io.retort.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.store.ProtoJson;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Events as CloudEvents 1.0 in structured JSON mode. */
public final class CloudEvents {
  /** Of the {@code type} of each event. */
  public static final String TYPE_PREFIX = "dev.retort.";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern ID = Pattern.compile("[0-9]{8}T[0-9]{9}Z-[a-z0-9-]{1,130}");
  private static final int DAY_CHARACTERS = 8;

  /**
   * Id of an event, by which events sort in the order of time. It has no full stop, which separates
   * the parts that are signed.
   *
   * @param origin run and sequence, or what else makes it unique at that time: lower-case letters,
   *     digits and hyphens
   */
  public static String id(Timestamp at, String origin) {
    return STAMP.format(Instant.ofEpochSecond(at.getSeconds(), at.getNanos())) + "-" + origin;
  }

  /** Id of an event of a run: the same for the same run and sequence. */
  static String idOfRunEvent(Event event) {
    return id(event.getAt(), event.getData().getRun().getRunId() + "-" + event.getSequence());
  }

  /** Whether the text can be the id of an event; any other text must not become a path. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The day of an event: {@code yyyymmdd}. */
  public static String day(String id) {
    return id.substring(0, DAY_CHARACTERS);
  }

  /**
   * The id with each digit of its time taken from nine, so that later ones sort first; of such a
   * text the id again.
   */
  static String inverted(String id) {
    int end = id.indexOf('-');
    StringBuilder inverted = new StringBuilder(id);
    for (int index = 0; index < end; index++) {
      char character = id.charAt(index);
      if (character >= '0' && character <= '9') {
        inverted.setCharAt(index, (char) ('0' + '9' - character));
      }
    }
    return inverted.toString();
  }

  /** When an event happened, as its id says; long ago for an id with a time that there is not. */
  public static Instant at(String id) {
    try {
      return STAMP.parse(id.substring(0, id.indexOf('-')), Instant::from);
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }

  /** {@code type} of a CloudEvent: {@code dev.retort.run.phase_changed.v1}. */
  public static String type(EventType type) {
    String name = type.name().substring("EVENT_TYPE_".length()).toLowerCase(Locale.ROOT);
    int end = name.indexOf('_');
    return TYPE_PREFIX + name.substring(0, end) + "." + name.substring(end + 1) + ".v1";
  }

  /** The body to send. */
  static String body(String id, Event event) {
    EventData data = event.getData();
    ObjectNode body = JSON.createObjectNode();
    body.put("specversion", "1.0");
    body.put("id", id);
    body.put("source", source(data));
    body.put("type", type(event.getType()));
    body.put("subject", subject(event));
    body.put("time", Timestamps.toString(event.getAt()));
    body.put("datacontenttype", "application/json");
    if (event.getSequence() > 0) {
      // A text that sorts, as the extension "sequence" of CloudEvents wants it.
      body.put("sequence", String.format(Locale.ROOT, "%010d", event.getSequence()));
    }
    try {
      body.set("data", JSON.readTree(ProtoJson.print(data)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was just printed is no JSON", e);
    }
    return body.toString();
  }

  private static String source(EventData data) {
    if (data.hasRun()) {
      return "/v1/runs/" + data.getRun().getRunId();
    }
    return data.getModel().isEmpty()
        ? "/v1/subscriptions/" + data.getSubscription()
        : "/v1/models/" + data.getModel();
  }

  private static String subject(Event event) {
    EventData data = event.getData();
    if (event.getType() == EventType.EVENT_TYPE_MODEL_ALIAS_MOVED) {
      return data.getModel() + ":" + data.getAliasChange().getAlias();
    }
    return data.hasRun() ? data.getRun().getRunId() : data.getSubscription();
  }

  private CloudEvents() {}
}
