/*-------------------------------------------------------------------------
 *
 * last.h
 *	  What this session's last transaction was given.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_LAST_H
#define DOCNUM_LAST_H

extern void last_init(void);
extern void last_note(const char *document_type, const char *document_number);

#endif							/* DOCNUM_LAST_H */
