/** Users and their password verifiers in one text file that an operator edits. */
@NullMarked
package org.culvert.accounts.file;

import org.jspecify.annotations.NullMarked;
