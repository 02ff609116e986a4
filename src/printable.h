/*-------------------------------------------------------------------------
 *
 * printable.h
 *	  Which characters a document number, a type's name or a scope value may
 *	  hold: printable ones.
 *
 * Pure: no server, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_PRINTABLE_H
#define DOCNUM_PRINTABLE_H

#include "problem.h"

/*
 * Counts the characters of a text in another encoding than UTF-8; NULL: each
 * byte is one.  Set once by whoever knows the encodings, see docnum.c.
 */
typedef size_t (*PrintableCount) (const char *text, size_t bytes);
extern PrintableCount printable_count;

/*
 * Length of a text in characters.  utf8 says whether the bytes are UTF-8
 * (valid already) or another encoding, of which only ASCII is judged.
 */
extern size_t printable_length(const char *text, size_t bytes, bool utf8);

/*
 * Is every character printable?  Refused: C0 and C1 controls, DEL, and in
 * UTF-8 the invisible format characters (zero width, bidirectional marks and
 * isolates, soft hyphen, byte order mark, line and paragraph separators,
 * interlinear and tag characters, fillers) and non-characters, and all that
 * is not valid UTF-8.  what names the text in the message ("scope value",
 * "format", ...).
 */
extern bool printable_check(const char *text, size_t bytes, bool utf8,
							const char *what, Problem *problem);

/* Does the text begin or end with white space (ASCII, no-break, Unicode)? */
extern bool printable_has_outer_space(const char *text, size_t bytes, bool utf8);

/*
 * Takes white space and byte order marks off both ends of a text, which is not
 * copied.
 */
extern void printable_trim(const char **text, size_t *bytes, bool utf8);

#endif							/* DOCNUM_PRINTABLE_H */
