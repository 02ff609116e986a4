/*-------------------------------------------------------------------------
 *
 * installation.h
 *	  Whether docnum has written anything itself yet.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_INSTALLATION_H
#define DOCNUM_INSTALLATION_H

extern bool installation_is_virgin(void);
extern void installation_note_write(void);

#endif							/* DOCNUM_INSTALLATION_H */
