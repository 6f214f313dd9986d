package io.retort.judge.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;
import io.retort.v1.Difficulty;
import io.retort.v1.Ratings;
import io.retort.v1.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerParsersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "2 MEDIUM",
        "The chain is MEDIUM.",
        "SIMPLE or MEDIUM",
        "{\"difficulty\": \"MEDIUM\"}",
        "{\"critique\": \"x\", \"difficulty\": 2}",
        "{\"critique\": \"x\", \"difficulty\": \"MEDIUM-ISH\"}",
        "{\"critique\": \"x\", \"difficulty\": null}",
        "{\"critique\": \"x\", \"difficulty\": \"HARD\", \"difficulty\": \"MEDIUM\"}",
        "{\"critique\": \"x\", \"difficulty\": \"MEDIUM\"} {}",
        "[{\"critique\": \"x\", \"difficulty\": \"MEDIUM\"}]",
        "{\"critique\": \"x\", \"difficulty\": \"MED",
        "<think>it is MEDIUM",
      })
  void verdictsAreNeverGuessed(String content) {
    assertThat(typeOf(new VerdictParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yes",
        "SOUND.",
        "{\"sound\": true}",
        "{\"reason\": \"x\", \"sound\": 1}",
        "{\"reason\": \"x\", \"sound\": \"true\"}",
        "{\"reason\": [], \"sound\": true}"
      })
  void soundnessIsNeverGuessed(String content) {
    assertThat(typeOf(new SoundnessParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "verbosity 3, cognitive difficulty 4",
        "{\"verbosity\": 3}",
        "{\"verbosity\": 3, \"cognitive_difficulty\": 4.0}",
        "{\"verbosity\": 3, \"cognitive_difficulty\": \"4\"}",
        "{\"verbosity\": 3, \"cognitive_difficulty\": -1}",
        "{\"verbosity\": 10, \"cognitive_difficulty\": 4}",
        "{\"verbosity\": 99999999999, \"cognitive_difficulty\": 4}",
        "{\"verbosity\": null, \"cognitive_difficulty\": 4}",
        "[{\"verbosity\": 3, \"cognitive_difficulty\": 4}]"
      })
  void ratingsAreNeverGuessed(String content) {
    assertThat(typeOf(new RatingsParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @Test
  void wordsAndObjectsAreRead() throws UnusableAnswerException {
    assertThat(new VerdictParser().parse(answer("Simple")).getDifficulty())
        .isEqualTo(Difficulty.DIFFICULTY_SIMPLE);
    assertThat(new SoundnessParser().parse(answer("sound"))).isEqualTo(new Soundness(true, ""));
    assertThat(
            new SoundnessParser()
                .parse(answer("{\"sound\": false, \"reason\": \" Step 2. \", \"more\": 1}")))
        .isEqualTo(new Soundness(false, "Step 2."));
    assertThat(
            new RatingsParser()
                .parse(answer("```json\n{\"cognitive_difficulty\": 9, \"verbosity\": 0}\n```")))
        .isEqualTo(Ratings.newBuilder().setVerbosity(0).setCognitiveDifficulty(9).build());
  }

  @Test
  void reasoningIsNotPartOfAChain() throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer("<think>\nhm\n</think>\n\nOne.\n\nTwo.\n")))
        .isEqualTo("One.\n\nTwo.");
  }

  @Test
  void anAnswerThatRepeatsTheQuestionIsNoChain() throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer("One.\n\nTwo.\n</data>"))).isEqualTo("One.\n\nTwo.");
    for (String content :
        new String[] {
          "<data name=\"problem\">\nWhat?\n</data>\n\n<data name=\"chain\">\nOne.\n</data>",
          "One.\n</data>\n\nTwo."
        }) {
      assertThat(typeOf(new ChainParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
    }
  }

  @Test
  void emptyRefusedAndCutAnswersAreDistinguished() {
    assertThat(typeOf(new ChainParser(), answer(""))).isEqualTo(FailureType.EMPTY);
    assertThat(typeOf(new ChainParser(), answer("<think>hm</think>\n")))
        .isEqualTo(FailureType.EMPTY);
    assertThat(typeOf(new ChainParser(), answer("<data>\n \n</data>")))
        .isEqualTo(FailureType.EMPTY);
    assertThat(
            typeOf(
                new ChainParser(),
                new ChatAnswer(
                    "m",
                    "m",
                    "",
                    "I will not.",
                    ChatAnswer.FinishReason.STOP,
                    Usage.getDefaultInstance())))
        .isEqualTo(FailureType.EMPTY);
    for (ChatAnswer.FinishReason finish :
        new ChatAnswer.FinishReason[] {
          ChatAnswer.FinishReason.LENGTH, ChatAnswer.FinishReason.FILTER
        }) {
      assertThat(
              typeOf(
                  new ChainParser(),
                  new ChatAnswer("m", "m", "One.", "", finish, Usage.getDefaultInstance())))
          .isEqualTo(FailureType.TRUNCATED);
    }
  }

  private static FailureType typeOf(AnswerParser<?> parser, ChatAnswer answer) {
    return catchThrowableOfType(UnusableAnswerException.class, () -> parser.parse(answer)).type();
  }

  private static ChatAnswer answer(String content) {
    return new ChatAnswer(
        "m", "m", content, "", ChatAnswer.FinishReason.STOP, Usage.getDefaultInstance());
  }
}
