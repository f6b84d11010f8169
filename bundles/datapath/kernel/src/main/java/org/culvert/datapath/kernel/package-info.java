/** The datapath whose packets the kernel's tunnel devices move. */
@NullMarked
package org.culvert.datapath.kernel;

import org.jspecify.annotations.NullMarked;
