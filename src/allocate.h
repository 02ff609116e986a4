/*-------------------------------------------------------------------------
 *
 * allocate.h
 *	  Taking the next value of a scope.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_ALLOCATE_H
#define DOCNUM_ALLOCATE_H

#include "target.h"

/* What is asked for. */
typedef struct AllocationRequest
{
	TargetRequest target;
	NumberState state;			/* of the number: confirmed or reserved */
	const char *operation;		/* for the log: ISSUE or RESERVE */
	Jsonb	   *metadata;		/* of the document, or NULL */
	const char *token_digits;	/* for the log, or NULL */
	const char *related_number; /* that it replaces, for the log, or NULL */
	const char *reason;			/* for the log, or NULL */
} AllocationRequest;

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

extern void allocate(const AllocationRequest *request, Allocation *allocation);
extern char *allocate_preview(const TargetRequest *request);
extern int64 allocate_record_holes(int64 counter_id, const char *document_type,
								   const char *reason);

#endif							/* DOCNUM_ALLOCATE_H */
