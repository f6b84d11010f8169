/** Tests of the layout that operators see. */
@NullMarked
package org.culvert.commands;

import org.jspecify.annotations.NullMarked;
