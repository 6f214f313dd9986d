package io.retort.hook;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import io.retort.v1.AlertmanagerSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The alerts of an Alertmanager's webhook, version 4, that fire a trigger. */
final class Alerts {
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9A-Za-z]{1,64}");
  private static final Pattern TIME = Pattern.compile("[0-9TZ:.+-]{1,40}");

  /**
   * An alert that fires.
   *
   * @param id the same for the same alert, however often it is repeated
   */
  record Alert(String id, String name, Struct payload) {}

  /**
   * Those that fire and have all labels of the source.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for what is no such webhook
   */
  static List<Alert> of(Struct body, AlertmanagerSource source) {
    Value list = body.getFieldsOrDefault("alerts", Value.getDefaultInstance());
    if (!list.hasListValue()) {
      throw invalid("alerts", "not a list (expected: the webhook of an Alertmanager, version 4)");
    }
    List<Alert> alerts = new ArrayList<>();
    ListValue values = list.getListValue();
    for (int index = 0; index < values.getValuesCount(); index++) {
      Struct alert = values.getValues(index).getStructValue();
      if (text(alert, "status").equals("firing") && matches(alert, source)) {
        alerts.add(alert(alert, "alerts[" + index + "]"));
      }
    }
    return alerts;
  }

  private static Alert alert(Struct alert, String path) {
    String fingerprint = text(alert, "fingerprint");
    String startsAt = text(alert, "startsAt");
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw invalid(path + ".fingerprint", "not one (expected: letters and digits)");
    }
    if (!TIME.matcher(startsAt).matches()) {
      throw invalid(path + ".startsAt", "not a time (expected: as in 2026-01-01T00:00:00Z)");
    }
    return new Alert(
        "alert:" + fingerprint + ":" + startsAt, text(labels(alert), "alertname"), alert);
  }

  private static boolean matches(Struct alert, AlertmanagerSource source) {
    Struct labels = labels(alert);
    for (Map.Entry<String, String> label : source.getMatchLabelsMap().entrySet()) {
      if (!labels.containsFields(label.getKey())
          || !text(labels, label.getKey()).equals(label.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static Struct labels(Struct alert) {
    return alert.getFieldsOrDefault("labels", Value.getDefaultInstance()).getStructValue();
  }

  private static String text(Struct fields, String name) {
    return fields.getFieldsOrDefault(name, Value.getDefaultInstance()).getStringValue();
  }

  private static RuntimeException invalid(String field, String problem) {
    return RpcFailures.invalid(
        RpcFailures.REQUEST_INVALID, List.of(new SpecViolation(field, problem)));
  }

  private Alerts() {}
}
