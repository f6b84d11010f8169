/** Accounts in memory. */
@NullMarked
package org.culvert.testkit.account;

import org.jspecify.annotations.NullMarked;
