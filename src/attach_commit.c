/*-------------------------------------------------------------------------
 *
 * attach_commit.c
 *	  Numbers at commit: rows are noted when they are written, and numbered all
 *	  together when the first deferred trigger fires.
 *
 * A number taken at the INSERT keeps a STRICT scope locked for as long as the
 * application thinks; one taken at the commit does so for as long as the
 * commit takes.  All scopes of the transaction are locked before the first
 * number is taken, in one order for everybody, so that commits cannot
 * deadlock.
 *
 * A row is noted by where it was written.  It may have been changed, deleted,
 * or rolled back with a savepoint since: its newest version is what counts, if
 * this transaction wrote it and it has no number yet.  The number is written as an UPDATE
 * of the row, with the table's constraints, indexes and triggers, but without
 * planner, privileges and row-level security, which have let the row in.
 *
 * Locks: docnum's tables before the scopes, see target.c; each STRICT scope to
 * the end of the transaction.
 *
 * Memory: 16 bytes for each noted row, in TopTransactionContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "attach.h"
#include "compat.h"
#include "debug_point.h"
#include "installation.h"
#include "lock_wait.h"
#include "transaction.h"

/* A row that waits for its number. */
typedef struct Note
{
	ItemPointerData tid;
	int16		group;			/* which of the groups below */
} Note;

/* What the rows of one table, written by one role, have in common. */
typedef struct NoteGroup
{
	Oid			relation;
	int32		id;				/* of the attachment */
	Oid			role;
} NoteGroup;

/* The table whose rows are being numbered, ready for updates. */
typedef struct Writer
{
	MemoryContext context;		/* that it lives in */
	Relation	rel;			/* NULL: none yet */
	EState	   *estate;
	ResultRelInfo *result;
	EPQState	epq;
	TupleTableSlot *row;
	TupleTableSlot *numbered;
} Writer;

static Note *notes = NULL;
static int	nnotes = 0;
static int	notes_size = 0;
static int	next_note = 0;		/* those before it are done */
static NoteGroup *groups = NULL;
static int	ngroups = 0;
static bool assigning = false;
static const char *assigned = NULL; /* the number that a row is given now */

/*
 * attach_is_assigned: is it the number that docnum itself gives a row now?
 */
bool
attach_is_assigned(const char *number)
{
	return assigned != NULL && strcmp(assigned, number) == 0;
}

/*
 * find_group returns the group of a row; the last one used is the likely one.
 */
static int
find_group(Oid relation, int32 id)
{
	for (int i = ngroups - 1; i >= 0; i--)
	{
		if (groups[i].relation == relation && groups[i].id == id && groups[i].role == GetUserId())
			return i;
	}
	if (ngroups == PG_INT16_MAX)
		elog(ERROR, "too many tables with numbers at commit in one transaction");
	if (ngroups % 8 == 0)
		groups = groups ? repalloc_array(groups, NoteGroup, ngroups + 8)
			: (NoteGroup *) MemoryContextAlloc(TopTransactionContext, 8 * sizeof(NoteGroup));
	groups[ngroups].relation = relation;
	groups[ngroups].id = id;
	groups[ngroups].role = GetUserId();
	return ngroups++;
}

/*
 * attach_note_row notes a row that was written without a number.
 */
void
attach_note_row(const Attachment *attachment, ItemPointer tid)
{
	if (nnotes == notes_size)
	{
		int			size = notes_size ? 2 * notes_size : 64;

		notes = notes ? repalloc_huge(notes, size * sizeof(Note))
			: (Note *) MemoryContextAlloc(TopTransactionContext, size * sizeof(Note));
		notes_size = size;
	}
	notes[nnotes].tid = *tid;
	notes[nnotes].group = (int16) find_group(attachment->relation, attachment->id);
	nnotes++;
}

/*
 * open_writer gets a table ready for updates of its number.
 */
static void
open_writer(Writer *writer, Oid relation, AttrNumber number)
{
	MemoryContext caller = MemoryContextSwitchTo(writer->context);

	writer->rel = table_open(relation, RowExclusiveLock);
	writer->estate = CreateExecutorState();
	compat_init_range_table(writer->estate, writer->rel, number);
	writer->result = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->result, writer->rel, 1, NULL, 0);
	writer->estate->es_snapshot = GetActiveSnapshot();
	ExecOpenIndices(writer->result, false);
	compat_init_epq(&writer->epq, writer->estate);
	writer->row = table_slot_create(writer->rel, NULL);
	writer->numbered = table_slot_create(writer->rel, NULL);
	MemoryContextSwitchTo(caller);
}

static void
close_writer(Writer *writer)
{
	EvalPlanQualEnd(&writer->epq);
	ExecCloseIndices(writer->result);
	ExecDropSingleTupleTableSlot(writer->numbered);
	ExecDropSingleTupleTableSlot(writer->row);
	ExecResetTupleTable(writer->estate->es_tupleTable, false);
	FreeExecutorState(writer->estate);
	table_close(writer->rel, NoLock);
}

/*
 * fetch_row reads the newest version of a noted row; false if it wants no number
 * (any more).
 */
static bool
fetch_row(const Attachment *attachment, Relation rel, const Note *note, TupleTableSlot *slot)
{
	ItemPointerData tid = note->tid;
	HeapTuple	tuple;

	if (!table_tuple_fetch_row_version(rel, &tid, SnapshotSelf, slot))
	{
		Snapshot	snapshot;
		TableScanDesc scan;
		bool		found;

		CommandCounterIncrement();
		snapshot = RegisterSnapshot(GetLatestSnapshot());
		scan = table_beginscan_tid(rel, snapshot);
		table_tuple_get_latest_tid(scan, &tid);
		found = table_tuple_fetch_row_version(rel, &tid, snapshot, slot);
		table_endscan(scan);
		UnregisterSnapshot(snapshot);
		if (!found)
			return false;
	}

	/* Its place may be another row's since a savepoint was rolled back. */
	tuple = ExecFetchSlotHeapTuple(slot, false, NULL);
	return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data)) &&
		attach_number_of(attachment, rel, tuple) == NULL &&
		attach_is_issued(attachment, rel, tuple);
}

/*
 * allocate_as takes the number for a row, as the role that wrote it.
 */
static char *
allocate_as(Oid role, const AllocationRequest *request)
{
	Allocation	allocation;
	Oid			caller;
	int			context;

	if (role == GetUserId())
	{
		allocate(request, &allocation);
		return allocation.document_number;
	}
	/* An error ends the (sub)transaction, which restores the role. */
	GetUserIdAndSecContext(&caller, &context);
	SetUserIdAndSecContext(role, context | SECURITY_LOCAL_USERID_CHANGE);
	allocate(request, &allocation);
	SetUserIdAndSecContext(caller, context);
	return allocation.document_number;
}

/*
 * write_number updates the row in the writer's slot.
 */
static void
write_number(Writer *writer, const Attachment *attachment, const char *number)
{
	TupleTableSlot *slot = writer->numbered;
	TupleDesc	desc = RelationGetDescr(writer->rel);

	slot_getallattrs(writer->row);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, writer->row->tts_values, desc->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, writer->row->tts_isnull, desc->natts * sizeof(bool));
	slot->tts_values[attachment->number - 1] = attach_number_datum(attachment, number);
	slot->tts_isnull[attachment->number - 1] = false;
	ExecStoreVirtualTuple(slot);
	CommandCounterIncrement();
	writer->estate->es_output_cid = GetCurrentCommandId(true);
	assigned = number;
	ExecSimpleRelationUpdate(writer->result, writer->estate, &writer->epq, writer->row, slot);
	assigned = NULL;
	ResetPerTupleExprContext(writer->estate);
}

static void
open_tables(void *arg)
{
	Ledger		ledger;

	installation_note_write();
	ledger_open(&ledger, RowExclusiveLock);
	table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
	table_close(catalog_open(CATALOG_COUNTER, RowExclusiveLock), NoLock);
	table_close(catalog_open(CATALOG_RANGE, RowExclusiveLock), NoLock);
	ledger_close(&ledger);
}

static int
compare_counters(const ListCell *a, const ListCell *b)
{
	int64		left = ((const Counter *) lfirst(a))->id;
	int64		right = ((const Counter *) lfirst(b))->id;

	return left < right ? -1 : left > right;
}

/*
 * add_counter adds a STRICT row's counter to the list, once for each.
 */
static List *
add_counter(List *counters, const TargetRequest *request)
{
	MemoryContext context;
	Target		target;
	Counter    *copy;
	ListCell   *cell;

	target_resolve(request, &target);
	foreach(cell, counters)
	{
		if (((const Counter *) lfirst(cell))->id == target.counter->id)
			return counters;
	}
	context = MemoryContextSwitchTo(TopTransactionContext);
	copy = palloc(sizeof(Counter));
	*copy = *target.counter;
	copy->document_type = pstrdup(target.counter->document_type);
	copy->scope = pstrdup(target.counter->scope);
	counters = lcons(copy, counters);
	MemoryContextSwitchTo(context);
	return counters;
}

/*
 * lock_scopes locks the scopes of all rows noted up to now that are STRICT, in
 * the order of their counters' ids.  CONCURRENT ones are locked for a moment
 * at a time, and never while another is waited for.
 */
static void
lock_scopes(int count, MemoryContext row_context)
{
	List	   *counters = NIL;
	ListCell   *cell;
	MemoryContext caller = MemoryContextSwitchTo(row_context);

	for (int i = next_note; i < count; i++)
	{
		const NoteGroup *group = &groups[notes[i].group];
		Relation	rel = try_table_open(group->relation, RowExclusiveLock);
		const Attachment *attachment = rel ? attach_find(rel, group->id) : NULL;
		TupleTableSlot *slot;
		TargetRequest request;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_context);
		if (attachment != NULL && document_type_get(attachment->document_type)->strict)
		{
			slot = table_slot_create(rel, NULL);
			if (fetch_row(attachment, rel, &notes[i], slot))
			{
				attach_request(attachment, rel, ExecFetchSlotHeapTuple(slot, false, NULL),
							   &request);
				counters = add_counter(counters, &request);
			}
			ExecDropSingleTupleTableSlot(slot);
		}
		if (rel != NULL)
			table_close(rel, NoLock);
	}
	MemoryContextSwitchTo(caller);
	if (counters == NIL)
		return;
	lock_wait_for_tables(open_tables, NULL);
	list_sort(counters, compare_counters);
	foreach(cell, counters)
	{
		DEBUG_POINT("before_scope_at_commit");
		counter_lock(lfirst(cell), true);
	}
	list_free_deep(counters);
}

/*
 * assign_note numbers a row.
 */
static void
assign_note(Note note, Writer *writer)
{
	const NoteGroup group = groups[note.group];
	const Attachment *attachment;
	AllocationRequest request = {0};

	if (writer->rel == NULL || RelationGetRelid(writer->rel) != group.relation)
	{
		Relation	rel = try_table_open(group.relation, RowExclusiveLock);

		attachment = rel ? attach_find(rel, group.id) : NULL;
		if (rel != NULL)
			table_close(rel, NoLock);
		if (attachment == NULL)
			return;
		if (writer->rel != NULL)
			close_writer(writer);
		open_writer(writer, group.relation, attachment->number);
	}
	attachment = attach_find(writer->rel, group.id);
	if (attachment == NULL || !fetch_row(attachment, writer->rel, &note, writer->row))
		return;
	attach_request(attachment, writer->rel, ExecFetchSlotHeapTuple(writer->row, false, NULL),
				   &request.target);
	request.state = STATE_CONFIRMED;
	request.operation = "ISSUE";
	write_number(writer, attachment, allocate_as(group.role, &request));
}

/*
 * attach_assign numbers all rows noted up to now, and those noted meanwhile.
 */
void
attach_assign(void)
{
	MemoryContext caller;
	MemoryContext writer_context;
	MemoryContext row_context;
	Writer		writer = {0};
	EState	   *estate;			/* of the triggers that the updates fire */

	if (next_note >= nnotes || assigning)
		return;
	writer_context = AllocSetContextCreate(CurrentMemoryContext, "docnum commit",
										   ALLOCSET_DEFAULT_SIZES);
	row_context = AllocSetContextCreate(writer_context, "docnum commit row",
										ALLOCSET_DEFAULT_SIZES);
	writer.context = writer_context;
	caller = MemoryContextSwitchTo(writer_context);
	CommandCounterIncrement();
	lock_scopes(nnotes, row_context);
	estate = CreateExecutorState();
	AfterTriggerBeginQuery();
	assigning = true;
	while (next_note < nnotes)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row_context);
		MemoryContextReset(row_context);
		DEBUG_POINT("before_row_at_commit");
		next_note++;
		assign_note(notes[next_note - 1], &writer);
	}
	MemoryContextSwitchTo(writer_context);
	AfterTriggerEndQuery(estate);
	ExecCloseResultRelations(estate);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
	assigning = false;
	if (writer.rel != NULL)
		close_writer(&writer);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(writer_context);
}

/*
 * attach_stop_assigning: what a failed assignment began does not go on.
 */
void
attach_stop_assigning(void)
{
	assigning = false;
	assigned = NULL;
}

/*
 * attach_forget_notes forgets all at the end of a transaction.
 */
void
attach_forget_notes(void)
{
	/* Memory goes with the transaction. */
	notes = NULL;
	nnotes = notes_size = next_note = 0;
	groups = NULL;
	ngroups = 0;
	attach_stop_assigning();
}
