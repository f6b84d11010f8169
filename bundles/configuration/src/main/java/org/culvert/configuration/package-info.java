@NullMarked
package org.culvert.configuration;

import org.jspecify.annotations.NullMarked;
