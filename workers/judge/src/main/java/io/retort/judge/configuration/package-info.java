/** The file of endpoints and routes. */
@NullMarked
package io.retort.judge.configuration;

import org.jspecify.annotations.NullMarked;
