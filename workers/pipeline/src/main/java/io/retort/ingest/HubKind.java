package io.retort.ingest;

/** Kinds of hub repositories, with their names in addresses and messages. */
enum HubKind {
  DATA_SET("data", "a data set", "DATA", HubReference.SCHEME, "/api/datasets/", "/datasets/"),
  MODEL("student.model", "a model", "MODEL", HubModel.SCHEME, "/api/models/", "/");

  /** Field of the spec that refers to it. */
  final String field;

  final String noun;

  private final String failures;
  private final String scheme;
  private final String information;
  private final String files;

  HubKind(
      String field, String noun, String failures, String scheme, String information, String files) {
    this.field = field;
    this.noun = noun;
    this.failures = failures;
    this.scheme = scheme;
    this.information = information;
    this.files = files;
  }

  /** Location as in a spec, without a revision. */
  String location(String name) {
    return scheme + name;
  }

  String notFound() {
    return failures + "_NOT_FOUND";
  }

  String forbidden() {
    return failures + "_FORBIDDEN";
  }

  /**
   * Path of the information on a revision.
   *
   * @param name and revision are URL-encoded
   */
  String information(String name, String revision) {
    return information + name + "/revision/" + revision;
  }

  /**
   * Path of a file.
   *
   * @param name and the other parameters are URL-encoded
   */
  String file(String name, String revision, String path) {
    return files + name + "/resolve/" + revision + "/" + path;
  }
}
