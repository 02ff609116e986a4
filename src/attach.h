/*-------------------------------------------------------------------------
 *
 * attach.h
 *	  Tables that take their numbers by trigger.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_ATTACH_H
#define DOCNUM_ATTACH_H

#include "access/htup.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

#include "allocate.h"

/* A row of docnum.attachment. */
typedef struct AttachmentRow
{
	int32		id;
	Oid			target;
	const char *document_type;
	bool		at_commit;
	bool		refuse_delete;
	int			ncolumns;
	char	  **columns;		/* what each column of the trigger's list is */
} AttachmentRow;

/* How one column of a row becomes text. */
typedef struct ColumnText
{
	AttrNumber	attribute;
	bool		is_text;		/* stored as text is */
	FmgrInfo	output;
} ColumnText;

/* An attachment as the trigger function uses it, for one table or partition. */
typedef struct Attachment
{
	Oid			relation;
	int32		id;
	Oid			target;			/* the table that was attached: this one or
								 * the one it is a partition of */
	const char *document_type;
	bool		at_commit;
	bool		refuse_delete;
	AttrNumber	number;
	AttrNumber	issue;			/* 0: none */
	AttrNumber	date;			/* 0: none */
	Oid			date_type;
	int			ndimensions;
	const char *names[SCOPE_MAX_DIMENSIONS];
	ColumnText	values[SCOPE_MAX_DIMENSIONS];
	bool		is_text;		/* the number's column stores text as it is, */
	FmgrInfo	input;			/* or this makes its value */
	Oid			input_param;
	int32		typmod;
} Attachment;

/* What the columns of the trigger's list are, besides dimensions. */
#define ATTACH_NUMBER	"number"
#define ATTACH_ISSUE	"issue"
#define ATTACH_DATE		"date"
#define ATTACH_COLUMNS	(3 + SCOPE_MAX_DIMENSIONS)

#define ATTACH_FUNCTION "attached"	/* the trigger function's name */

/* attach_cache.c */
extern const Attachment *attach_find(Relation rel, int32 id);
extern List *attach_rows(const char *document_type);
extern AttrNumber attach_number_column(const AttachmentRow *row);
extern bool attach_trigger_id(const Trigger *trigger, Oid function, int32 *id);
extern const Trigger *attach_carrier(Relation rel, int32 id);
extern Oid	attach_function(void);

/* attach_number.c */
extern int	attach_find_number(const Ledger *ledger, const char *document_type,
							   const char *number, int64 counter_id, TupleTableSlot *row);
extern bool attach_identify(const Ledger *ledger, const TargetRequest *request,
							const char *number, TupleTableSlot *row);
extern NumberState attach_state_of(TupleTableSlot *row);
extern Relation attach_open_number_index(Relation rel, AttrNumber column, bool unique,
										 LOCKMODE mode);
extern List *attach_tables(Oid target);
extern bool attach_is_borne(Oid target, int32 id, const char *number, int64 counter_id);
extern int64 attach_scope_of(TupleTableSlot *row);
extern bool attach_lock_number(const Ledger *ledger, TupleTableSlot *row);
extern bool attach_has_numbers(const Attachment *attachment);
extern void attach_check_given(Relation rel, const Attachment *attachment,
							   const TargetRequest *request, const char *number,
							   bool stored);
extern bool attach_was_replaced(const char *document_type, const char *old_number,
								const char *new_number);

/* attach_row.c */
extern void attach_request(const Attachment *attachment, Relation rel, HeapTuple tuple,
						   TargetRequest *request);
extern bool attach_is_issued(const Attachment *attachment, Relation rel, HeapTuple tuple);
extern char *attach_number_of(const Attachment *attachment, Relation rel, HeapTuple tuple);
extern Datum attach_number_datum(const Attachment *attachment, const char *number);
extern char *attach_give(const Attachment *attachment, Relation rel, HeapTuple tuple);
extern void attach_row_deleted(const Attachment *attachment, Relation rel, HeapTuple tuple,
							   const char *number);

/* attach_pending.c */
typedef struct AttachGiven
{
	int64		counter_id;
	int64		value;
	bool		has_date;
	DateADT		date;
	bool		per_scope;		/* the text is unique in its scope only */
	const char *document_number;
} AttachGiven;

extern void attach_note_given(const Attachment *attachment, const AttachGiven *given);
extern char *attach_reuse_given(const Attachment *attachment, const TargetRequest *request);
extern bool attach_is_latest(const char *number);
extern void attach_note_reserved(const Attachment *attachment, int64 counter_id, int64 value,
								 int64 scope, const char *number);
extern void attach_init(void);

/* attach_commit.c */
extern void attach_note_row(const Attachment *attachment, ItemPointer tid);
extern void attach_assign(void);
extern bool attach_is_assigned(const char *number);
extern void attach_stop_assigning(void);
extern void attach_forget_notes(void);

#endif							/* DOCNUM_ATTACH_H */
