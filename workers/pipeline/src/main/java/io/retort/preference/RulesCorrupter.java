package io.retort.preference;

import io.retort.answers.ChainText;
import io.retort.answers.WrittenNumbers;
import io.retort.v1.CorruptionKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Corrupts a chain with a seeded program: the result is wrong by construction and reproducible.
 *
 * <p>It changes one equation and carries the change to the end, so that the chain concludes a wrong
 * answer. The change is the result of a calculation (WRONG_NUMBER), its operator (WRONG_OPERATION),
 * a number that the problem gives (MISREAD_CONDITION), or a dropped step (DROPPED_STEP).
 * Alternatively, only the conclusion is replaced by another number (INVALID_INFERENCE), which needs
 * no equation.
 */
final class RulesCorrupter {
  private static final String OPERATORS = "+-*/";

  private final String problem;
  private final String chain;
  private final String gold;
  private final Random random;
  private final List<Equation> equations;

  RulesCorrupter(String problem, String chain, String gold, long seed) {
    this.problem = problem;
    this.chain = chain;
    this.gold = gold;
    this.random = new Random(seed);
    this.equations = Equation.find(chain).stream().filter(Equation::holds).toList();
  }

  /**
   * Candidates, created lazily: those of the wanted kind first, then those of the other allowed
   * kinds in a seeded order. Empty if the chain allows none.
   */
  Stream<Corruption> corruptions(CorruptionKind wanted, List<CorruptionKind> allowed) {
    Optional<BigDecimal> answer = WrittenNumbers.parse(gold);
    if (answer.isEmpty()) {
      return Stream.empty();
    }
    return kinds(wanted, allowed).stream().flatMap(kind -> corruptions(kind, answer.get()));
  }

  private List<CorruptionKind> kinds(CorruptionKind wanted, List<CorruptionKind> allowed) {
    List<CorruptionKind> others = new ArrayList<>(allowed);
    others.remove(wanted);
    Collections.shuffle(others, random);
    others.add(0, wanted);
    return others;
  }

  private Stream<Corruption> corruptions(CorruptionKind kind, BigDecimal answer) {
    if (kind == CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE) {
      return otherConclusion(answer).stream();
    }
    return shuffledIndexes().stream().flatMap(index -> corrupt(kind, index, answer).stream());
  }

  private List<Integer> shuffledIndexes() {
    List<Integer> indexes = new ArrayList<>();
    for (int index = 0; index < equations.size(); index++) {
      indexes.add(index);
    }
    Collections.shuffle(indexes, random);
    return indexes;
  }

  private Optional<Corruption> corrupt(CorruptionKind kind, int index, BigDecimal answer) {
    return switch (kind) {
      case CORRUPTION_KIND_WRONG_NUMBER -> wrongNumber(index, answer);
      case CORRUPTION_KIND_WRONG_OPERATION -> wrongOperation(index, answer);
      case CORRUPTION_KIND_DROPPED_STEP -> droppedStep(index, answer);
      case CORRUPTION_KIND_MISREAD_CONDITION -> misreadCondition(index, answer);
      case CORRUPTION_KIND_INVALID_INFERENCE, CORRUPTION_KIND_UNSPECIFIED, UNRECOGNIZED ->
          Optional.empty();
    };
  }

  private Optional<Corruption> wrongNumber(int index, BigDecimal answer) {
    Equation equation = equations.get(index);
    CarriedChange change = new CarriedChange(chain, equation);
    change.write(equation, equation.expression(), another(equation.result().value()));
    return carry(change, index, answer, CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER);
  }

  private Optional<Corruption> wrongOperation(int index, BigDecimal answer) {
    Equation equation = equations.get(index);
    String expression = equation.expression();
    for (int at = 1; at < expression.length(); at++) {
      if (!Arithmetic.isOperator(expression.charAt(at))) {
        continue;
      }
      for (char operator : shuffledOperators()) {
        String other = expression.substring(0, at) + operator + expression.substring(at + 1);
        Optional<BigDecimal> value =
            Arithmetic.evaluate(other).filter(result -> isPlausible(result, equation));
        if (value.isPresent()) {
          CarriedChange change = new CarriedChange(chain, equation);
          change.write(equation, other, CarriedChange.rounded(value.get()));
          return carry(change, index, answer, CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Corruption> misreadCondition(int index, BigDecimal answer) {
    Equation equation = equations.get(index);
    List<WrittenNumbers.Token> given = WrittenNumbers.tokens(problem);
    for (WrittenNumbers.Token operand : WrittenNumbers.tokens(equation.expression())) {
      boolean isGiven =
          given.stream().anyMatch(token -> WrittenNumbers.same(token.value(), operand.value()));
      if (!isGiven) {
        continue;
      }
      BigDecimal misread = another(operand.value());
      String expression =
          equation.expression().substring(0, operand.start())
              + CarriedChange.plain(misread)
              + equation.expression().substring(operand.end());
      Optional<BigDecimal> value =
          Arithmetic.evaluate(expression).filter(result -> isPlausible(result, equation));
      if (value.isPresent()) {
        CarriedChange change = new CarriedChange(chain, equation);
        change.write(equation, expression, CarriedChange.rounded(value.get()));
        return carry(change, index, answer, CorruptionKind.CORRUPTION_KIND_MISREAD_CONDITION);
      }
    }
    return Optional.empty();
  }

  /** Drops a step; later steps continue with the first number of that step. */
  private Optional<Corruption> droppedStep(int index, BigDecimal answer) {
    Equation equation = equations.get(index);
    List<WrittenNumbers.Token> operands = WrittenNumbers.tokens(equation.expression());
    ChainText.Step step =
        ChainText.steps(chain).stream()
            .filter(candidate -> candidate.start() <= equation.start())
            .filter(candidate -> equation.result().end() <= candidate.end())
            .findFirst()
            .orElse(null);
    boolean last = index == equations.size() - 1;
    if (step == null || operands.isEmpty() || last) {
      return Optional.empty();
    }
    CarriedChange change = new CarriedChange(chain, step.start());
    change.drop(step.end());
    change.replace(equation.result().value(), operands.get(0).value());
    return carry(change, index, answer, CorruptionKind.CORRUPTION_KIND_DROPPED_STEP);
  }

  /** Replaces all occurrences of the answer, starting at the last step that contains it. */
  private Optional<Corruption> otherConclusion(BigDecimal answer) {
    List<ChainText.Step> steps = ChainText.steps(chain);
    int start = -1;
    for (ChainText.Step step : steps) {
      boolean named =
          WrittenNumbers.tokens(step.text()).stream()
              .anyMatch(token -> WrittenNumbers.same(token.value(), answer));
      start = named ? step.start() : start;
    }
    if (start < 0) {
      return Optional.empty();
    }
    CarriedChange change = new CarriedChange(chain, start);
    BigDecimal wrong = another(answer);
    change.replace(answer, wrong);
    return Optional.of(
        new Corruption(
            change.finish(List.of()),
            CarriedChange.plain(wrong),
            CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE));
  }

  /** Empty unless the change affects the answer and keeps its sign positive. */
  private Optional<Corruption> carry(
      CarriedChange change, int index, BigDecimal answer, CorruptionKind kind) {
    String corrupted = change.finish(equations.subList(index + 1, equations.size())).strip();
    return change
        .replacement(answer)
        .filter(wrong -> !WrittenNumbers.same(wrong, answer))
        .filter(wrong -> wrong.signum() > 0 || answer.signum() <= 0)
        .map(wrong -> new Corruption(corrupted, CarriedChange.plain(wrong), kind));
  }

  private static boolean isPlausible(BigDecimal result, Equation equation) {
    return CarriedChange.rounded(result).signum() > 0
        && !WrittenNumbers.same(CarriedChange.rounded(result), equation.result().value());
  }

  /**
   * Another number of the same kind: a positive one stays positive, and a whole one stays whole.
   */
  private BigDecimal another(BigDecimal value) {
    BigDecimal unit =
        value.abs().compareTo(BigDecimal.valueOf(20)) < 0
            ? BigDecimal.ONE
            : BigDecimal.TEN.pow(value.precision() - value.scale() - 2);
    BigDecimal difference = unit.multiply(BigDecimal.valueOf(1L + random.nextInt(3)));
    boolean up = random.nextBoolean() || value.abs().compareTo(difference) <= 0;
    return up ? value.add(difference) : value.subtract(difference);
  }

  private List<Character> shuffledOperators() {
    List<Character> operators = new ArrayList<>();
    OPERATORS.chars().forEach(operator -> operators.add((char) operator));
    Collections.shuffle(operators, random);
    return operators;
  }
}
