/*-------------------------------------------------------------------------
 *
 * allocate.h
 *	  Taking the next value of a scope.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_ALLOCATE_H
#define DOCNUM_ALLOCATE_H

#include "ledger.h"
#include "scope_value.h"

/* What is asked for. */
typedef struct AllocationRequest
{
	const char *document_type;
	ScopeInput	scope;
	bool		has_date;
	DateADT		date;
	NumberState state;			/* of the number: confirmed or reserved */
	const char *operation;		/* for the log: ISSUE or RESERVE */
	Jsonb	   *metadata;		/* of the document, or NULL */
	const char *token_digits;	/* for the log, or NULL */
} AllocationRequest;

/* What the request means under the definition of now. */
typedef struct AllocationTarget
{
	const DocumentType *type;
	Counter    *counter;
	FormatValues values;		/* sequence: the value under consideration */
	bool		has_date;
	DateADT		date;
	char		scope[SCOPE_TEXT_SIZE];
	size_t		scope_bytes;
} AllocationTarget;

/* What was given. */
typedef struct Allocation
{
	int64		counter_id;
	int64		value;
	char	   *document_number;
	char	   *scope;			/* canonical, NULL for GLOBAL */
	TimestampTz at;
	bool		has_ttl;		/* the type's own time limit */
	Interval	ttl;
} Allocation;

extern void allocate_resolve(const AllocationRequest *request, AllocationTarget *target);
extern void allocate(const AllocationRequest *request, Allocation *allocation);
extern char *allocate_preview(const AllocationRequest *request);
extern int64 allocate_record_holes(int64 counter_id, const char *document_type,
								   const char *reason);

#endif							/* DOCNUM_ALLOCATE_H */
