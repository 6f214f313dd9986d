package io.retort.judge.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;
import io.retort.v1.Difficulty;
import io.retort.v1.Ratings;
import io.retort.v1.Usage;
import io.retort.v1.Verdict;
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
        "{\"verbosity\": 3, \"cognitive_difficulty\": 4.5}",
        "{\"verbosity\": 3, \"cognitive_difficulty\": 1e400}",
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
    assertThat(
            new RatingsParser().parse(answer("{\"cognitive_difficulty\": 9.0, \"verbosity\": 0}")))
        .isEqualTo(Ratings.newBuilder().setVerbosity(0).setCognitiveDifficulty(9).build());
  }

  @Test
  void reasoningIsNotPartOfAChain() throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer("<think>\nhm\n</think>\n\nOne.\n\nTwo.\n")))
        .isEqualTo("One.\n\nTwo.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think type=\"x\">secret",
        "Nine. <think>secret",
        "Nine. <|START_THINKING|>secret",
        "Nine. [THINK]secret"
      })
  void reasoningThatIsOpenAnywhereIsNoChain(String content) {
    assertThat(typeOf(new ChainParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Nine.<|im_end|>",
        "Nine.</s>",
        "Nine.<eos>\n",
        "Nine.<end_of_turn>\n",
        "Nine.<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
        "Nine.<|END_OF_TURN_TOKEN|>",
        "Nine.[|endofturn|]",
        "Nine.[e~[",
        "Nine.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWhat next?",
        "hm</think>Nine.<|im_end|>\n<|im_start|>user\nmore"
      })
  void aChainEndsWhereTheTurnEnds(String content) throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer(content))).isEqualTo("Nine.");
    assertThat(new SampleParser().parse(answer(content)).strip()).isEqualTo("Nine.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|x| <|y|> z and <|end of line|>",
        "<s>3</s> 4",
        "P(<eos>) = 1, [e] ~ [x]",
        "x <data && y > 3, x < data and y > 3, x < data > y",
        "<database>1</database>",
        "\uD835\uDC65 = 3"
      })
  void textThatResemblesTokensStaysAsItIs(String content) throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer(content))).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s<|im_end|>",
        "%s<|eot_id|>\n",
        "%s</s>",
        "%s<|im_end|>\n<|im_start|>user\nMEDIUM?",
        "```json\n%s\n```<|im_end|>"
      })
  void aVerdictMayBeFollowedByTheEndOfTheTurn(String answer) throws UnusableAnswerException {
    String object = "{\"critique\": \"It says <|im_end|> twice.\", \"difficulty\": \"HARD\"}";
    Verdict verdict = new VerdictParser().parse(answer(answer.replace("%s", object)));

    assertThat(verdict.getDifficulty()).isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(verdict.getCritique()).isEqualTo("It says <|im_end|> twice.");
    assertThat(new VerdictParser().parse(answer("HARD<|eot_id|>")).getDifficulty())
        .isEqualTo(Difficulty.DIFFICULTY_HARD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "One.\n\nTwo.\n</data>",
        "<data name=\"chain\">\nOne.\n\nTwo.\n</data>",
        "<data name='chain'>\nOne.\n\nTwo.\n</data>",
        "<DATA name=\"chain\">\nOne.\n\nTwo.\n</DATA>",
        "< data name=\"chain\" >\nOne.\n\nTwo.\n</ data>",
        "\uFEFF<data>One.\n\nTwo.</data>"
      })
  void theTagsOfABlockAreNoPartOfAChain(String content) throws UnusableAnswerException {
    assertThat(new ChainParser().parse(answer(content))).isEqualTo("One.\n\nTwo.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<data name=\"problem\">\nWhat?\n</data>\n\n<data name=\"chain\">\nOne.\n</data>",
        "<data name='problem'>\nWhat?\n</data>\n\n<data name='chain'>\nOne.\n</data>",
        "One.\n</DATA>\n\nTwo.",
        "One.\n</data>\n\nTwo.",
        "<data name='chain'>\nOne."
      })
  void anAnswerThatRepeatsTheQuestionIsNoChain(String content) {
    assertThat(typeOf(new ChainParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\uD83D b", "\uDE00", "One.\uD83D"})
  void halfACharacterIsNoChain(String content) {
    assertThat(typeOf(new ChainParser(), answer(content))).isEqualTo(FailureType.UNPARSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u200B\u200B", "\u00A0", "\uFEFF", "<data>\u00AD</data>"})
  void invisibleCharactersAreAnEmptyChain(String content) {
    assertThat(typeOf(new ChainParser(), answer(content))).isEqualTo(FailureType.EMPTY);
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
