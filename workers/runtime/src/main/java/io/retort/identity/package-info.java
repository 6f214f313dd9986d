/** API tokens and the audit log as the store keeps them. */
@NullMarked
package io.retort.identity;

import org.jspecify.annotations.NullMarked;
