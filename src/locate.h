/*-------------------------------------------------------------------------
 *
 * locate.h
 *	  Which number of the ledger a text names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_LOCATE_H
#define DOCNUM_LOCATE_H

#include "ledger.h"
#include "privilege.h"

/* How the caller names a number. */
typedef struct NumberName
{
	const char *document_number;
	const char *document_type;	/* or NULL */
	const char *scope;			/* canonical, or NULL */
} NumberName;

/* Where it is. */
typedef struct NumberPlace
{
	ItemPointerData tid;
	char	   *document_type;
	bool		external;		/* then it has neither counter nor value */
	int64		counter_id;
	int64		value;
	int64		uniqueness_id;
} NumberPlace;

extern void locate_number(const NumberName *name, Privilege privilege, NumberPlace *place);
extern char *locate_scope(const NumberPlace *place);

#endif							/* DOCNUM_LOCATE_H */
