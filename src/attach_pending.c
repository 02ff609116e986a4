/*-------------------------------------------------------------------------
 *
 * attach_pending.c
 *	  What must be looked at again before the transaction commits: numbers
 *	  given to rows that were not inserted, and reserved numbers that rows bear.
 *
 * A number is given before its row is written, and the row may never be (ON
 * CONFLICT, a trigger of the user's).  So the last number given is looked up
 * when the next one is asked for: if no row bears it, it is given to the next row of
 * its scope and date in the transaction, and if none comes, voided at the end.
 *
 * A row may bear a number that is reserved only if that is confirmed in the
 * same transaction.
 *
 * Memory: TopTransactionContext, a fixed amount as long as rows are inserted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "attach.h"
#include "docnum.h"
#include "transaction.h"
#include "void.h"

#define SPARE_SEARCHED 64		/* spare numbers looked through at each call */

/* A number that may turn out to be borne by no row. */
typedef struct Pending
{
	Oid			target;
	int32		id;
	TransactionId xid;			/* that took it; invalid: none */
	int			depth;			/* of triggers */
	int64		counter_id;
	int64		value;
	bool		has_date;
	DateADT		date;
	int64		scope;			/* what its text is unique in: the counter, or
								 * 0 */
	char	   *number;
	size_t		size;			/* of the memory for number */
} Pending;

typedef struct Reserved
{
	Oid			target;
	int32		id;
	int64		counter_id;
	int64		value;
	int64		scope;			/* as above */
	char	   *number;
} Reserved;

static Pending latest;			/* the last number given */
static List *spares = NIL;		/* of Pending: found to be borne by no row */
static List *reserved = NIL;

static int
trigger_depth(void)
{
	LOCAL_FCINFO(fcinfo, 0);

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	return DatumGetInt32(pg_trigger_depth(fcinfo));
}

/*
 * attach_note_given notes the number that a row is about to bear.
 */
void
attach_note_given(const Attachment *attachment, const AttachGiven *given)
{
	size_t		bytes = strlen(given->document_number) + 1;

	if (latest.size < bytes)
	{
		latest.size = Max(64, 2 * bytes);
		latest.number = MemoryContextAlloc(TopTransactionContext, latest.size);
	}
	latest.target = attachment->target;
	latest.id = attachment->id;
	latest.xid = GetCurrentTransactionId();
	latest.depth = trigger_depth();
	latest.counter_id = given->counter_id;
	latest.value = given->value;
	latest.has_date = given->has_date;
	latest.date = given->date;
	latest.scope = given->per_scope ? given->counter_id : 0;
	memcpy(latest.number, given->document_number, bytes);
}

/*
 * is_spare: was it given by this transaction, and borne by no row yet?  Looked
 * for where rows are most likely first; only where there is none, in the
 * ledger, whether it was voided with its row meanwhile.
 */
static bool
is_spare(const Pending *pending, const Ledger *ledger, TupleTableSlot *row)
{
	if (!TransactionIdIsValid(pending->xid) ||
		!TransactionIdIsCurrentTransactionId(pending->xid) ||
		attach_is_borne(pending->target, pending->id, pending->number, pending->scope))
		return false;
	return ledger_fetch(ledger, pending->counter_id, pending->value, row) &&
		attach_state_of(row) == STATE_CONFIRMED;
}

/*
 * put_aside moves the last number given to the spare ones.
 */
static void
put_aside(void)
{
	MemoryContext context = MemoryContextSwitchTo(TopTransactionContext);
	Pending    *spare = palloc(sizeof(Pending));

	*spare = latest;
	spare->number = pstrdup(latest.number);
	spares = lappend(spares, spare);
	MemoryContextSwitchTo(context);
}

/*
 * settle_latest looks whether the last number given is borne by a row now.
 */
static void
settle_latest(void)
{
	Ledger		ledger;
	TupleTableSlot *row;

	if (!TransactionIdIsValid(latest.xid))
		return;
	if (!attach_is_borne(latest.target, latest.id, latest.number, latest.scope))
	{
		ledger_open(&ledger, RowExclusiveLock);
		row = table_slot_create(ledger.table, NULL);
		if (is_spare(&latest, &ledger, row))
			put_aside();
		ExecDropSingleTupleTableSlot(row);
		ledger_close(&ledger);
	}
	latest.xid = InvalidTransactionId;
}

/*
 * matches: would the request be given that number's like?  A trigger that runs
 * while the row is still being written must not take it.
 */
static bool
matches(const Pending *spare, const Target *target, const TargetRequest *request)
{
	return spare->counter_id == target->counter->id &&
		spare->depth >= trigger_depth() &&
		spare->has_date == request->has_date &&
		(!spare->has_date || spare->date == request->date);
}

/*
 * attach_reuse_given returns a spare number for the request, or NULL.
 */
char *
attach_reuse_given(const Attachment *attachment, const TargetRequest *request)
{
	Target		target;
	Ledger		ledger;
	TupleTableSlot *row;
	char	   *number = NULL;

	settle_latest();
	if (likely(spares == NIL))
		return NULL;
	target_resolve(request, &target);
	ledger_open(&ledger, RowExclusiveLock);
	row = table_slot_create(ledger.table, NULL);
	for (int i = 0; i < list_length(spares) && i < SPARE_SEARCHED && number == NULL;)
	{
		Pending    *spare = list_nth(spares, i);
		bool		wanted = spare->target == attachment->target &&
		spare->id == attachment->id && matches(spare, &target, request);

		if (wanted && is_spare(spare, &ledger, row))
		{
			AttachGiven given = {spare->counter_id, spare->value, spare->has_date,
			spare->date, spare->scope != 0, spare->number};

			number = pstrdup(spare->number);
			attach_note_given(attachment, &given);
		}
		if (wanted)
			spares = list_delete_nth_cell(spares, i);
		else
			i++;
	}
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
	return number;
}

/*
 * attach_is_latest: was that number the last one given?
 */
bool
attach_is_latest(const char *number)
{
	return TransactionIdIsValid(latest.xid) && strcmp(latest.number, number) == 0;
}

/*
 * attach_note_reserved notes that a row bears a number that is reserved.
 */
void
attach_note_reserved(const Attachment *attachment, int64 counter_id, int64 value,
					 int64 scope, const char *number)
{
	MemoryContext context = MemoryContextSwitchTo(TopTransactionContext);
	Reserved   *note = palloc(sizeof(Reserved));

	note->target = attachment->target;
	note->id = attachment->id;
	note->counter_id = counter_id;
	note->value = value;
	note->scope = scope;
	note->number = pstrdup(number);
	reserved = lappend(reserved, note);
	MemoryContextSwitchTo(context);
}

/*
 * check_reserved raises NB010 if a row still bears a number that was not
 * confirmed.
 */
static void
check_reserved(const Ledger *ledger, TupleTableSlot *row)
{
	ListCell   *cell;

	foreach(cell, reserved)
	{
		const Reserved *note = lfirst(cell);

		if (ledger_fetch(ledger, note->counter_id, note->value, row) &&
			attach_state_of(row) == STATE_CONFIRMED)
			continue;
		if (get_rel_name(note->target) == NULL ||
			!attach_is_borne(note->target, note->id, note->number, note->scope))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("number %s is not confirmed", note->number),
				 errdetail("A row of table \"%s\" bears it, and the transaction ends.",
						   get_rel_name(note->target)),
				 errhint("docnum_confirm belongs into the transaction that inserts the row.")));
	}
}

/*
 * void_spares voids the numbers that no row took.
 */
static void
void_spares(const Ledger *ledger, TupleTableSlot *row)
{
	ListCell   *cell;

	foreach(cell, spares)
	{
		const Pending *spare = lfirst(cell);

		if (is_spare(spare, ledger, row))
			void_row(ledger, row, "it was given to a row that was not inserted", NULL, NULL);
	}
}

/*
 * settle_all runs before commit and PREPARE.
 */
static void
settle_all(void)
{
	Ledger		ledger;
	TupleTableSlot *row;

	if (!TransactionIdIsValid(latest.xid) && spares == NIL && reserved == NIL)
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	CommandCounterIncrement();
	settle_latest();
	if (spares != NIL || reserved != NIL)
	{
		ledger_open(&ledger, RowExclusiveLock);
		table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
		row = table_slot_create(ledger.table, NULL);
		check_reserved(&ledger, row);
		void_spares(&ledger, row);
		ExecDropSingleTupleTableSlot(row);
		ledger_close(&ledger);
	}
	PopActiveSnapshot();
}

static void
forget_all(bool aborted)
{
	/* Memory goes with the transaction. */
	memset(&latest, 0, sizeof(latest));
	spares = NIL;
	reserved = NIL;
	attach_forget_notes();
}

static void
stop_assigning(int level)
{
	attach_stop_assigning();
}

void
attach_init(void)
{
	static const TransactionHooks hooks = {
		.before_commit = settle_all,.at_end = forget_all,.at_subabort = stop_assigning
	};

	transaction_add_hooks(&hooks);
}
