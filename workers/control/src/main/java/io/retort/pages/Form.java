package io.retort.pages;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.QueryParams;
import java.util.List;
import java.util.Map;

/** Fields of a query or of a form, as the browser sent them. */
record Form(QueryParams fields) {
  static Form ofQuery(String query) {
    return new Form(QueryParams.fromQueryString(query.isEmpty() ? null : query));
  }

  static Form of(AggregatedHttpRequest request) {
    return new Form(QueryParams.fromQueryString(request.contentUtf8()));
  }

  /** The first value without surrounding space; empty if the field is absent. */
  String text(String name) {
    return fields.get(name, "").strip();
  }

  /** Values that are not blank. */
  List<String> texts(String name) {
    return fields.getAll(name).stream().map(String::strip).filter(one -> !one.isEmpty()).toList();
  }

  /** Whether a field is there without a value. */
  boolean hasBlank() {
    return fields.stream().anyMatch(one -> one.getValue().isBlank());
  }

  List<Map.Entry<String, String>> entries() {
    return fields.stream().toList();
  }
}
