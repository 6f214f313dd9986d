/** The control plane's web pages. They call the API's services within the process. */
@NullMarked
package io.retort.pages;

import org.jspecify.annotations.NullMarked;
