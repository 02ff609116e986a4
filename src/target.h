/*-------------------------------------------------------------------------
 *
 * target.h
 *	  What a call is about: type, scope and date, resolved and locked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_TARGET_H
#define DOCNUM_TARGET_H

#include "ledger.h"
#include "scope_value.h"

/* What the caller names. */
typedef struct TargetRequest
{
	const char *document_type;
	const char *number;			/* a number that says where it belongs, or
								 * NULL */
	ScopeInput	scope;
	bool		has_date;
	DateADT		date;
} TargetRequest;

/* What that means under the definition of now. */
typedef struct Target
{
	const DocumentType *type;
	Counter    *counter;
	FormatValues values;		/* sequence: of the number named, or that
								 * under consideration */
	bool		has_date;
	DateADT		date;
	char		scope[SCOPE_TEXT_SIZE]; /* canonical, terminated */
	size_t		scope_bytes;
} Target;

/* The relations that a change in a scope may touch, open. */
typedef struct TargetRelations
{
	Ledger		ledger;
	Relation	log;
	Relation	counters;
	Relation	ranges;
} TargetRelations;

extern void target_resolve(const TargetRequest *request, Target *target);
extern void target_check_date(const DocumentType *type, DateADT date);
extern bool target_fits(const TargetRequest *request, Problem *problem);
extern void target_lock(const TargetRequest *request, Target *target,
						TargetRelations *relations);
extern void target_hold(const Target *target);
extern void target_unlock(const Target *target);
extern void target_close(TargetRelations *relations);
extern char *target_render(const Target *target);
extern void target_fill_row(const Target *target, LedgerRow *row);
extern char *target_scope(const Target *target);

#endif							/* DOCNUM_TARGET_H */
