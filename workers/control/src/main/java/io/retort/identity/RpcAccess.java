package io.retort.identity;

import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.retort.v1.AccessOptions;
import io.retort.v1.AccessScope;
import io.retort.v1.Role;
import java.util.Optional;

/**
 * What a method of the API asks of its caller, from its options.
 *
 * @param name SERVICE/METHOD, without the package
 */
public record RpcAccess(String name, Role role, AccessScope scope) {
  /** Empty for a method without {@code required_role}, which nobody may call. */
  public static Optional<RpcAccess> of(MethodDescriptor method) {
    MethodOptions options = method.getOptions();
    Role role = options.getExtension(AccessOptions.requiredRole);
    return role == Role.ROLE_UNSPECIFIED
        ? Optional.empty()
        : Optional.of(
            new RpcAccess(
                method.getService().getName() + "/" + method.getName(),
                role,
                options.getExtension(AccessOptions.accessScope)));
  }

  static Optional<RpcAccess> of(io.grpc.MethodDescriptor<?, ?> method) {
    return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier
        ? of(supplier.getMethodDescriptor())
        : Optional.empty();
  }
}
