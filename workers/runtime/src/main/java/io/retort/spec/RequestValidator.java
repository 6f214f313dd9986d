package io.retort.spec;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import build.buf.validate.Violation;
import com.google.protobuf.Message;
import java.util.List;
import java.util.stream.Collectors;

/** Validates a request of the API by the rules in its proto file. */
public final class RequestValidator {
  private final Validator validator = ValidatorFactory.newBuilder().build();

  /** All violations; empty for a valid request. */
  public List<SpecViolation> validate(Message request) {
    try {
      return validator.validate(request).getViolations().stream()
          .map(violation -> describe(violation.toProto()))
          .toList();
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + request.getDescriptorForType().getName() + " cannot be evaluated", e);
    }
  }

  private static SpecViolation describe(Violation violation) {
    String field =
        violation.getField().getElementsList().stream()
            .map(FieldPathElement::getFieldName)
            .collect(Collectors.joining("."));
    return new SpecViolation(field, violation.getMessage());
  }
}
