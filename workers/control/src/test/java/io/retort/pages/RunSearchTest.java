package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.QueryParams;
import io.retort.filter.FilterException;
import io.retort.filter.FilterSubject;
import io.retort.filter.RunFilter;
import io.retort.identity.Caller;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunSearchTest {
  private static final Caller ANN = new Caller("ann");

  @Test
  void eachFieldNarrowsTheList() throws FilterException {
    for (String query :
        List.of(
            "",
            "team=NLP",
            "student=smol",
            "dataset=gsm8k",
            "label=project%3Da",
            "label=project",
            "stage=SFT",
            "text=first",
            "text=bob",
            "since=2026-01-31&until=2026-01-31",
            "since=0000-01-01&until=9999-12-31",
            "waits=true",
            "filter=name%3Dx%20OR%20team%3Dnlp&team=nlp")) {
      assertThat(selects(query)).as(query).isTrue();
    }
    for (String query :
        List.of(
            "team=vision",
            "student=llama",
            "dataset=math",
            "label=project%3Db",
            "label=owner",
            "stage=CURATE",
            "text=second",
            "since=2026-02-01",
            "until=2026-01-30",
            "filter=team%3Dnlp%20OR%20name%3Dx&team=vision")) {
      assertThat(selects(query)).as(query).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\" OR team:\"nlp",
        "\\",
        "\\\" OR team:\"nlp\" OR name:\"",
        "' OR team:'nlp",
        "a) OR (team:nlp",
        "x\" AND NOT (",
        "*/ AND",
        "\u202e\n\t"
      })
  void whatAPersonWritesStaysOneValue(String text) throws FilterException {
    String query =
        QueryParams.of("text", text, "team", text, "student", text, "dataset", text)
            .toQueryString();

    assertThat(selects(query)).isFalse();
  }

  @Test
  void aWrongFieldIsNamed() {
    assertThat(problems("label=a%20b%3Dc")).containsOnlyKeys("label");
    assertThat(problems("since=yesterday")).containsOnlyKeys("since");
    assertThat(problems("until=%2B999999999-12-31")).containsOnlyKeys("until");
    assertThat(problems("since=-0001-12-31")).containsOnlyKeys("since");
    assertThat(problems("team=" + "x".repeat(201))).containsOnlyKeys("team");
    assertThat(problems("filter=team%3D")).containsOnlyKeys("filter");
    assertThat(problems("filter=team%3Da)%20OR%20(team%3Db").get("filter"))
        .startsWith("at 7: \") OR (team=b\"");
    assertThat(problems("text=%22&filter=team%3Da")).isEmpty();
  }

  @Test
  void theAddressKeepsWhatIsUsed() {
    RunSearch search =
        search("phase=RUN_PHASE_FAILED&text=a%20%26%20b&waits=true&order=name&team=");

    assertThat(search.address("t0"))
        .isEqualTo("/runs?phase=RUN_PHASE_FAILED&text=a+%26+b&waits=true&order=name&page_token=t0");
    assertThat(search(search.address("").substring("/runs?".length()))).isEqualTo(search);
    assertThat(search("").address("")).isEqualTo("/runs");
  }

  private static Map<String, String> problems(String query) {
    return search(query).problems(ANN);
  }

  private static boolean selects(String query) throws FilterException {
    return RunFilter.parse(search(query).expression(), ANN).test(run());
  }

  private static RunSearch search(String query) {
    return RunSearch.of(Form.ofQuery(query));
  }

  private static FilterSubject run() {
    return new FilterSubject(
        "first-1",
        "first",
        "nlp",
        List.of("/models/smol"),
        List.of("/data/gsm8k.jsonl"),
        "bob",
        "",
        RunPhase.RUN_PHASE_AWAITING_APPROVAL,
        Stage.STAGE_SFT,
        Instant.parse("2026-01-31T23:59:59Z").toEpochMilli(),
        Map.of("project", "a"),
        true);
  }
}
