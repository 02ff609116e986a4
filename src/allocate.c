/*-------------------------------------------------------------------------
 *
 * allocate.c
 *	  Taking the next value of a scope.
 *
 * The next value is the last live one and one, read under the scope's lock.
 * STRICT types keep the lock to the end of the transaction, so the ledger never
 * has a gap and numbers follow commit order.  CONCURRENT types give the lock
 * back as soon as the row is in the ledger's index: a later caller sees the
 * open row and goes on, and never waits for a commit.
 *
 * Rolled-back values come back through gates.  In a CONCURRENT scope every
 * 16th value (every 8th of the first 128, and whatever a backend asks for
 * first) is a gate: it may be given only if no free value is found in the
 * window that the gate looks back on; otherwise the highest free one is given
 * instead, by whoever calls, until the window is full.  A gate at every 8th of
 * those looks back 8 times as far, and so on.  No state is kept for it, the
 * ledger decides; so it works however the value became free.
 *
 *	 Bound: let a value become free when the counter has moved D past it.  A
 *	 gate of level j comes every S = K * 8^j values, K = 16, and looks back 5 S, so
 *	 it sees the value if D <= 4 S.  Before it go the free values above it: at
 *	 most D that stand there by now, and S that come until the gate.  Hence it is
 *	 given again within 2 S + D further allocations (those that commit: one that
 *	 rolls back itself gives nothing away).  For D <= 64, j = 0, that is 32 + D <=
 *	 max(64, 5.3 D); beyond it the level below was too narrow, so S < 2 D and
 *	 2 S + D < 5 D.
 *
 * A value that the log knows although the ledger does not have it is not free
 * but unexplained: it is recorded and never given.
 *
 * Order of a call: find and lock the scope (target.c); chronology; value; ledger; unlock;
 * log.
 *
 * Locks: see target.c.
 *
 * Memory: results in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "allocate.h"
#include "audit.h"
#include "chronology.h"
#include "debug_point.h"
#include "docnum.h"
#include "last.h"
#include "lock_wait.h"
#include "range.h"
#include "transaction.h"

#define GATE_STEP			16
#define GATE_STEP_SMALL		8	/* below GATE_SMALL */
#define GATE_SMALL			128
#define GATE_WINDOW			5	/* steps that a gate looks back */
#define GATE_LEVEL			8	/* every 8th gate looks back 8 times as far */

/* Where a caller is in the search for a value. */
typedef struct Search
{
	int64		tail;			/* next value above all live ones */
	int64		window_from;	/* free values from here .. */
	int64		window_below;	/* .. to below here are offered first */
	bool		recycled;		/* the value found is a free one below the
								 * tail */
	int64		taken_from;		/* values whose text is taken, to be recorded; */
	int64		taken_to;		/* none if to < from */
	char	   *taken_text;		/* one of those texts */
} Search;

/*
 * gate_window returns how far a gate at that value looks back, 0 if it is
 * none.  The first call of a backend in a scope is a gate of the lowest level.
 */
static int64
gate_window(const Counter *counter, int64 value)
{
	int64		step = value < GATE_SMALL ? GATE_STEP_SMALL : GATE_STEP;
	int64		window = GATE_WINDOW * step;

	if (value % step != 0)
		return counter->visited ? 0 : window;
	for (int64 n = value / step; n % GATE_LEVEL == 0 && window < value; n /= GATE_LEVEL)
		window *= GATE_LEVEL;
	return window;
}

/*
 * exhausted raises NB002.
 */
static _Noreturn void
exhausted(const Target *target)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_EXHAUSTED),
			 errmsg("sequence of document type \"%s\" is exhausted", target->type->name),
			 errdetail("Scope %s has given its last value, " INT64_FORMAT ".",
					   counter_quote_scope(target->scope), target->type->max_value),
			 errhint("Raise it: docnum_define(%s, max_value => ...).",
					 quote_literal_cstr(target->type->name))));
}

/*
 * search_begin reads the last value and decides whether free values below it
 * come first.
 */
static void
search_begin(Search *search, const Ledger *ledger, const Target *target)
{
	Counter    *counter = target->counter;
	int64		last = ledger_last_value(ledger, counter->id, counter->last_seen);
	int64		window;

	DEBUG_POINT("last_value_read");
	counter->last_seen = last;
	search->tail = Max(last + 1, counter->first_value);
	search->window_below = search->window_from = search->tail;
	search->recycled = false;
	search->taken_from = 0;
	search->taken_to = -1;
	search->taken_text = NULL;
	if (target->type->strict)
		return;

	window = gate_window(counter, search->tail);
	if (search->tail > target->type->max_value)
		window = search->tail;	/* nothing but free values is left */
	search->window_from = Max(counter->first_value, search->tail - window);
}

/*
 * free_value returns the highest free value that is left of the window, or 0.
 * A hole that a range explains is passed over; one that the log knows is
 * recorded as unexplained (unless this is only a preview).
 */
static int64
free_value(Search *search, const Ledger *ledger, const Target *target, bool preview)
{
	Counter    *counter = target->counter;

	while (search->window_from < search->window_below)
	{
		int64		first,
					last;
		int64		hole = ledger_highest_hole(ledger, counter, search->window_from,
											   search->window_below);

		if (hole == 0)
		{
			counter->visited = true;
			search->window_below = search->window_from;
			return 0;
		}
		search->window_below = hole;
		if (range_covers(counter->id, hole, &first, &last))
			search->window_below = Max(first, search->window_from);
		else if (!ledger_log_knows(counter->id, hole))
		{
			DEBUG_POINT("free_value_found");
			return hole;
		}
		else if (!preview)
			range_record(target->type->name, counter->id, hole, hole, RANGE_UNEXPLAINED,
						 "the audit log has the number, the ledger does not");
	}
	counter->visited = true;
	return 0;
}

/*
 * pass_ranges moves the tail over recorded ranges, one step for each.  That
 * there is none at or above a value is remembered until ranges change.
 */
static void
pass_ranges(Search *search, Counter *counter)
{
	uint64		version = catalog_ranges_version();
	Range		range;

	if (counter->no_range_version == version && search->tail >= counter->no_range_from)
		return;
	while (range_find(counter->id, search->tail, &range))
	{
		if (range.first > search->tail)
			return;				/* ahead of us: look again next time */
		search->tail = range.last + 1;
	}
	counter->no_range_from = search->tail;
	counter->no_range_version = version;
}

/*
 * search_next returns the next value to try; raises NB002 where there is none.
 */
static int64
search_next(Search *search, const Ledger *ledger, const Target *target, bool preview)
{
	int64		value = free_value(search, ledger, target, preview);

	if (value == 0)
	{
		pass_ranges(search, target->counter);
		if (search->tail > target->type->max_value && !target->type->strict)
		{
			/* A range ends the counter: nothing but free values is left. */
			search->window_from = target->counter->first_value;
			value = free_value(search, ledger, target, preview);
		}
	}
	search->recycled = value != 0;
	if (value == 0)
		value = search->tail++;
	if (value > target->type->max_value)
	{
		range_check_open(target->type->name, target->scope, target->counter->id);
		exhausted(target);
	}
	return value;
}

/*
 * record_taken records the values noted as taken, as one range.
 */
static void
record_taken(Search *search, const LedgerRow *row)
{
	if (search->taken_to < search->taken_from)
		return;
	range_record(row->document_type, row->counter_id, search->taken_from, search->taken_to,
				 RANGE_SKIPPED,
				 search->taken_from == search->taken_to
				 ? psprintf("the number %s was taken already", search->taken_text)
				 : psprintf("these numbers, such as %s, were taken already", search->taken_text));
	search->taken_to = search->taken_from - 1;
}

/*
 * note_taken notes that the row's text is taken for good.
 */
static void
note_taken(Search *search, const LedgerRow *row)
{
	if (search->taken_to >= search->taken_from && row->value == search->taken_to + 1)
		search->taken_to++;
	else if (search->taken_to >= search->taken_from && row->value == search->taken_from - 1)
		search->taken_from--;
	else
	{
		record_taken(search, row);
		search->taken_from = search->taken_to = row->value;
	}
	search->taken_text = unconstify(char *, row->document_number);
}

/*
 * text_is_free decides what to do about a value whose text somebody may have:
 * taken for good, the value is skipped with that reason; open in another
 * transaction, STRICT waits for it and CONCURRENT leaves the value alone for
 * now.  Returns whether the value can be tried (again).
 */
static bool
text_is_free(const Ledger *ledger, const Target *target, const LedgerRow *row,
			 Search *search)
{
	for (;;)
	{
		TransactionId xid;

		switch (ledger_text_holder(ledger, row->document_number, row->uniqueness_id, NULL, &xid))
		{
			case TEXT_FREE:
				return true;
			case TEXT_TAKEN:
				note_taken(search, row);
				return false;
			case TEXT_OPEN:
				if (!target->type->strict)
					return false;
				if (!lock_wait_for_transaction(xid))
					counter_timed_out(target->counter, lock_wait_describe_xid(xid));
				break;
		}
	}
}

/*
 * take_value finds a value and writes it to the ledger, under the scope's lock.
 */
static void
take_value(const TargetRelations *relations, const AllocationRequest *request,
		   Target *target, LedgerRow *row, Search *search, TupleTableSlot *slot)
{
	const Ledger *ledger = &relations->ledger;
	bool		mixed = document_types_are_mixed();
	bool		look_first = target->type->strict;

	row->state = request->state;
	row->metadata = request->metadata;
	search_begin(search, ledger, target);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		target->values.sequence = search_next(search, ledger, target, false);
		target_fill_row(target, row);

		/* Where one text is taken, more may be: spare ourselves dead rows. */
		while (!look_first || text_is_free(ledger, target, row, search))
		{
			DEBUG_POINT("before_ledger_row");
			row->issued_at = GetCurrentTimestamp();
			if (ledger_insert(ledger, row, mixed, slot))
			{
				DEBUG_POINT("after_ledger_row");
				record_taken(search, row);
				if (!search->recycled)
					target->counter->last_seen = row->value;
				return;
			}
			look_first = true;
		}
	}
}

/*
 * allocate takes a number.  The caller has checked the privilege and that the
 * transaction may write.  Raises NB001, NB002, NB003, NB009, NB012, 22001,
 * 22008.
 */
void
allocate(const AllocationRequest *request, Allocation *allocation)
{
	Target		target;
	TargetRelations relations;
	LedgerRow	row;
	Search		search;
	TupleTableSlot *slot;
	AuditIntent intent = {request->operation, 0, NULL, NULL};

	transaction_took_number();
	target_lock(&request->target, &target, &relations);
	if (request->state == STATE_RESERVED)
		document_type_check_reservations(target.type);
	chronology_check(&relations.ledger, target.type, target.counter, target.date);
	slot = table_slot_create(relations.ledger.table, NULL);
	take_value(&relations, request, &target, &row, &search, slot);
	target_unlock(&target);
	DEBUG_POINT("before_audit_row");

	intent.at = row.issued_at;
	if (request->metadata || request->token_digits || request->reason || search.recycled)
		intent.metadata = audit_metadata(request->metadata,
										 "token", request->token_digits,
										 "recycled", search.recycled ? audit_true : NULL,
										 "related_number", request->related_number,
										 "reason", request->reason,
										 NULL);
	audit_inserted(relations.ledger.table, slot, &intent);
	DEBUG_POINT("after_audit_row");
	ExecDropSingleTupleTableSlot(slot);
	target_close(&relations);
	last_note(row.document_type, row.document_number);

	allocation->counter_id = row.counter_id;
	allocation->value = row.value;
	allocation->document_number = unconstify(char *, row.document_number);
	allocation->scope = target_scope(&target);
	allocation->at = row.issued_at;
	allocation->has_ttl = target.type->has_ttl;
	allocation->ttl = target.type->ttl;
}

/*
 * allocate_preview returns the number that the next call in this session
 * would get if nobody else called first.  Takes no scope lock, writes nothing.
 */
char *
allocate_preview(const TargetRequest *request)
{
	Target		target;
	Ledger		ledger;
	Search		search;
	char	   *number;
	TransactionId xid;
	bool		visited;

	target_resolve(request, &target);
	ledger_open(&ledger, AccessShareLock);
	visited = target.counter->visited;
	counter_read_row(target.counter);
	chronology_check(&ledger, target.type, target.counter, target.date);
	search_begin(&search, &ledger, &target);
	do
	{
		CHECK_FOR_INTERRUPTS();
		target.values.sequence = search_next(&search, &ledger, &target, true);
		number = target_render(&target);
	} while (ledger_text_holder(&ledger, number,
								target.type->unique_per_scope ? target.counter->id : 0,
								NULL, &xid) != TEXT_FREE);
	target.counter->visited = visited;
	ledger_close(&ledger);
	return number;
}

/*
 * allocate_record_holes records every free value below the last one of a
 * counter as skipped, neighbours of one cause as one range, and returns how
 * many values there were.  The caller excludes other writers of the counter.
 */
int64
allocate_record_holes(int64 counter_id, const char *document_type, const char *reason)
{
	Ledger		ledger;
	Counter		counter = {0};
	int64		first_value = counter_first_value_of(counter_id);
	int64		below;
	int64		recorded = 0;
	int64		run_first = 0;	/* free values that are not yet recorded; */
	int64		run_last = -1;	/* none if it is below the first */
	RangeCause	run_cause = RANGE_SKIPPED;
	MemoryContext old_context;
	MemoryContext hole_context = AllocSetContextCreate(CurrentMemoryContext, "docnum holes",
													   ALLOCSET_DEFAULT_SIZES);

	counter.id = counter_id;
	counter.settled_to = -1;
	ledger_open(&ledger, RowExclusiveLock);
	below = ledger_last_value(&ledger, counter_id, 0);
	old_context = MemoryContextSwitchTo(hole_context);
	while (below > first_value)
	{
		int64		first,
					last;
		RangeCause	cause;
		int64		hole = ledger_highest_hole(&ledger, &counter, first_value, below);

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(hole_context);
		if (hole == 0)
			break;
		if (range_covers(counter_id, hole, &first, &last))
		{
			below = first;
			continue;
		}
		cause = ledger_log_knows(counter_id, hole) ? RANGE_UNEXPLAINED : RANGE_SKIPPED;
		if (run_first != hole + 1 || run_cause != cause)
		{
			if (run_first <= run_last)
				range_record(document_type, counter_id, run_first, run_last, run_cause, reason);
			run_last = hole;
			run_cause = cause;
		}
		run_first = hole;
		recorded++;
		below = hole;
	}
	if (run_first <= run_last)
		range_record(document_type, counter_id, run_first, run_last, run_cause, reason);
	MemoryContextSwitchTo(old_context);
	MemoryContextDelete(hole_context);
	ledger_close(&ledger);
	return recorded;
}
