/** Certificates in files, which are read again when they are replaced. */
@NullMarked
package io.retort.tls;

import org.jspecify.annotations.NullMarked;
