/*-------------------------------------------------------------------------
 *
 * void.h
 *	  The end of an issued number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_VOID_H
#define DOCNUM_VOID_H

#include "ledger.h"

extern void void_row(const Ledger *ledger, TupleTableSlot *row, const char *reason,
					 const char *related, Jsonb *detail);

#endif							/* DOCNUM_VOID_H */
