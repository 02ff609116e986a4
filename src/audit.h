/*-------------------------------------------------------------------------
 *
 * audit.h
 *	  The audit trigger: guard of docnum's tables, and the one way into the log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_AUDIT_H
#define DOCNUM_AUDIT_H

#include "executor/tuptable.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* What a row of docnum.range does not say. */
typedef struct AuditRange
{
	const char *document_type;
	const char *old_value;		/* NULL: none; */
	const char *new_value;		/* NULL: the bounds of the range */
} AuditRange;

/* Rows of the log that are written together, see audit_batch_begin. */
typedef struct AuditBatch AuditBatch;

/* What the engine says of a row that it writes. */
typedef struct AuditIntent
{
	const char *operation;		/* NULL: the row is not logged by itself */
	TimestampTz at;
	Jsonb	   *metadata;		/* or NULL */
	const AuditRange *range;	/* of a range; else NULL */
} AuditIntent;

/* As a value for audit_metadata: the JSON true, not a text. */
extern const char audit_true[];

extern void audit_inserted(Relation table, TupleTableSlot *new_row, const AuditIntent *intent);
extern void audit_updated(Relation table, TupleTableSlot *old_row, TupleTableSlot *new_row,
						  const AuditIntent *intent);
extern void audit_deleted(Relation table, TupleTableSlot *old_row, const AuditIntent *intent);
extern void audit_event(const char *document_type, const AuditIntent *intent);
extern AuditBatch *audit_batch_begin(int size);
extern void audit_batch_inserted(AuditBatch *batch, Relation table, TupleTableSlot *new_row,
								 const AuditIntent *intent);
extern void audit_batch_write(AuditBatch *batch);
extern void audit_batch_end(AuditBatch *batch);
extern Jsonb *audit_metadata(Jsonb *document, const char *key, const char *value,...);

#endif							/* DOCNUM_AUDIT_H */
