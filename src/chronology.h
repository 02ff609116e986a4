/*-------------------------------------------------------------------------
 *
 * chronology.h
 *	  Whether document dates go forward with the numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_CHRONOLOGY_H
#define DOCNUM_CHRONOLOGY_H

#include "ledger.h"

/* objsubid of the locks on all periods of one scope in pg_locks. */
#define CHRONOLOGY_LOCK_CLASS 3342

extern void chronology_lock(const DocumentType *type, const Counter *counter);
extern void chronology_check(const Ledger *ledger, const DocumentType *type,
							 const Counter *counter, DateADT date);

#endif							/* DOCNUM_CHRONOLOGY_H */
