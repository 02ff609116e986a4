/*-------------------------------------------------------------------------
 *
 * import_write.c
 *	  The rows of an import against what is there, and into the ledger.
 *
 * Rows that have a place come sorted twice.  By text: the first of equal texts
 * goes on, if nobody has the text.  By counter and value: the first of equal
 * values goes on, if the value is free or was only jumped over.  What the
 * ledger, the log and the ranges have of a counter is read alongside, in order.
 *
 * Values between that nobody has, from the first one imported of a counter (or
 * from where it stood, if that is lower) to the last, are recorded as jumped
 * over: so nothing below the counter's last number is unexplained, and a later
 * import or override may still claim them.
 *
 * Rows are written in batches, heap, indexes and log each in one go.  A text
 * that another transaction wrote after we looked ends the import with an error.
 *
 * Locks: the caller holds all scopes concerned; see import.c.
 *
 * Memory: a batch at a time, bounded by rows and bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit.h"
#include "debug_point.h"
#include "docnum.h"
#include "import.h"
#include "lock_wait.h"
#include "range.h"
#include "settings.h"

#define BATCH_ROWS		1000
#define BATCH_BYTES		(1024 * 1024)
#define PROGRESS_STEP	10000

/* A number of the ledger, as far as a verdict needs it. */
typedef struct Holder
{
	char	   *document_number;
	NumberState state;
	TransactionId xid;			/* open transaction that wrote it, if any */
} Holder;

/* Values of one counter in an index, read in order. */
typedef struct Values
{
	bool		open;
	Probe		probe;
	MemoryContext context;		/* outlives the row in hand */
	AttrNumber	attribute;
	int64		value;			/* the one read; none yet: 0; none left:
								 * INT64_MAX */
	int			dead;			/* entries passed that led to no live row */
} Values;

/* The counter in hand. */
typedef struct Place
{
	int64		counter_id;
	const ImportScope *scope;
	Values		given;			/* in the ledger, for verdicts */
	Values		passed;			/* the same, for what lies between */
	Values		logged;			/* in the log */
	int64		expected;		/* all below are accounted for */
	bool		range_known;	/* range is the first that ends at or after .. */
	bool		has_range;		/* .. the value in hand, if there is one */
	Range		range;
	TupleTableSlot *cut;		/* that range, taken out, or NULL; .. */
	int64		cut_from;		/* .. what is left of it begins here */

	/* the row before */
	int64		value;
	int64		row_number;
	ImportVerdict verdict;
	const char *detail;
} Place;

/* What is written. */
typedef struct Writer
{
	Import	   *import;
	Ledger	   *ledger;
	Relation	ranges;
	Relation	log;
	Relation	log_index;
	Place		place;
	RangeNote	gap;			/* how values between are recorded */
	RangeBounds gaps[BATCH_ROWS];	/* that wait to be */
	int			ngaps;
	bool		mixed;
	TupleTableSlot *slots[BATCH_ROWS];
	Jsonb	   *told[BATCH_ROWS];	/* to the log */
	int			count;
	Size		bytes;
	int64		written;
	Jsonb	   *usual;			/* told of rows that say no more */
	AuditBatch *audit;
	BulkInsertState bulk;
	MemoryContext place_context;
	MemoryContext batch_context;
	MemoryContext gap_context;
} Writer;

static int64
get_int64(TupleTableSlot *slot, AttrNumber attribute)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, attribute, &isnull));
}

static char *
get_text(TupleTableSlot *slot, AttrNumber attribute)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attribute, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * read_holder takes over what a row of the ledger says.
 */
static void
read_holder(TupleTableSlot *row, TransactionId xid, Holder *holder)
{
	bool		isnull;
	Datum		state = slot_getattr(row, Anum_number_state, &isnull);

	holder->document_number = get_text(row, Anum_number_document_number);
	holder->state = catalog_state_from_oid(DatumGetObjectId(state));
	holder->xid = xid;
}

/*
 * judge_holder tells what it makes of a row that somebody has its number.
 */
static ImportVerdict
judge_holder(const Holder *holder, const char *number, const char **detail)
{
	const char *state = catalog_state_names[holder->state];

	if (TransactionIdIsValid(holder->xid))
	{
		*detail = "An open transaction is giving it.";
		return IMPORT_TAKEN;
	}
	if (strcmp(holder->document_number, number) != 0)
		*detail = psprintf("Its value is that of %s, which is %s.", holder->document_number, state);
	else
		*detail = psprintf("It is in the ledger: %s.", state);
	return holder->state == STATE_IMPORTED || holder->state == STATE_EXTERNAL
		? IMPORT_DUPLICATE : IMPORT_TAKEN;
}

/*
 * wait_for waits for an open transaction that has a number of ours; in a dry
 * run it does not.  Returns whether to look again.  Raises NB003.
 */
static bool
wait_for(const Import *import, const Holder *holder)
{
	if (import->dry_run || !TransactionIdIsValid(holder->xid))
		return false;
	if (!lock_wait_for_transaction(holder->xid))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("import waited %d ms for document number \"%s\"", settings_lock_timeout,
						holder->document_number),
				 errdetail("In the way: %s. Document type: \"%s\".",
						   lock_wait_describe_xid(holder->xid), import->document_type),
				 errhint("Try again; end the transaction in the way if it was forgotten; docnum.lock_timeout sets how long to wait.")));
	return true;
}

/*
 * scan_text looks for a live row that excludes another with that text, as
 * ledger_text_holder does; counts dead entries passed.
 */
static bool
scan_text(const Ledger *ledger, Relation index, const char *number, int64 uniqueness_id,
		  Holder *holder, int *passed)
{
	ScanKeyData key;
	Probe		probe;
	bool		found = false;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(number));
	probe_begin(&probe, ledger->table, index, &key, 1);
	while (!found && probe_next(&probe, ForwardScanDirection))
	{
		int64		other = get_int64(probe.slot, Anum_number_uniqueness_id);

		found = other == 0 || uniqueness_id == 0 || other == uniqueness_id;
	}
	if (found)
		read_holder(probe.slot, probe_inserter(&probe), holder);
	*passed = probe.dead;
	probe_end(&probe);
	return found;
}

/*
 * find_text: has somebody the text?
 */
static bool
find_text(const Import *import, const Ledger *ledger, Relation index, const char *number,
		  int64 uniqueness_id, Holder *holder)
{
	int			passed_before;
	int			passed = 0;

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		if (!scan_text(ledger, index, number, uniqueness_id, holder, &passed))
			continue;
		if (!wait_for(import, holder))
			return true;
		passed = -1;			/* look again */
	} while (passed != passed_before);
	return false;
}

/*
 * import_judge_texts passes on the first row of each text that nobody has, and
 * tells of the others.
 */
void
import_judge_texts(Import *import, Ledger *ledger)
{
	Relation	index = catalog_open_index(ledger->table, Anum_number_document_number, false,
										   ledger->mode);
	char	   *last_text = NULL;
	int64		last_uniqueness = 0;
	int64		last_row = 0;
	int64		rows = 0;

	while (tuplesort_gettupleslot(import->by_text, true, false, import->from, NULL))
	{
		TupleTableSlot *row = import->from;
		MemoryContext old_context = MemoryContextSwitchTo(import->row_context);
		char	   *number = get_text(row, Anum_import_document_number);
		int64		uniqueness_id = get_int64(row, Anum_import_uniqueness_id);
		int64		row_number = get_int64(row, Anum_import_row_number);
		int64		ordinal = get_int64(row, Anum_import_ordinal);
		const char *detail;
		Holder		holder;

		CHECK_FOR_INTERRUPTS();
		if (last_text != NULL && uniqueness_id == last_uniqueness && strcmp(number, last_text) == 0)
			import_verdict(import, row_number, ordinal, number, IMPORT_DUPLICATE,
						   psprintf("It is the number of row " INT64_FORMAT " too.", last_row));
		else
		{
			if (last_text != NULL)
				pfree(last_text);
			last_text = MemoryContextStrdup(import->context, number);
			last_uniqueness = uniqueness_id;
			last_row = row_number;
			if (find_text(import, ledger, index, number, uniqueness_id, &holder))
			{
				ImportVerdict verdict = judge_holder(&holder, number, &detail);

				import_verdict(import, row_number, ordinal, number, verdict, detail);
			}
			else
				tuplesort_puttupleslot(import->by_value, row);
		}
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(import->row_context);
		if (++rows % PROGRESS_STEP == 0)
			import_progress(import, "comparing", rows);
	}
	index_close(index, ledger->mode);
}

/*
 * values_begin starts to read the values of a counter from one on.
 */
static void
values_begin(Values *values, Relation table, Relation index, AttrNumber attribute,
			 int64 counter_id, int64 from)
{
	ScanKeyData keys[2];

	values->context = CurrentMemoryContext;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	probe_begin(&values->probe, table, index, keys, 2);
	values->open = true;
	values->attribute = attribute;
	values->value = 0;
	values->dead = 0;
}

static void
values_end(Values *values)
{
	if (values->open)
		probe_end(&values->probe);
	values->open = false;
	values->value = PG_INT64_MAX;
}

static void
values_next(Values *values)
{
	MemoryContext old_context = MemoryContextSwitchTo(values->context);
	bool		more = probe_next(&values->probe, ForwardScanDirection);

	MemoryContextSwitchTo(old_context);
	values->dead = values->probe.dead;
	if (more)
		values->value = get_int64(values->probe.slot, values->attribute);
	else
		values_end(values);
}

/*
 * values_reach reads on to a value; is it there?
 */
static bool
values_reach(Values *values, int64 value)
{
	while (values->value < value)
		values_next(values);
	return values->value == value;
}

/*
 * find_value: has somebody the value of the row in hand?
 */
static bool
find_value(Writer *writer, int64 value, Holder *holder)
{
	Place	   *place = &writer->place;
	int			dead = place->given.dead;
	bool		there = values_reach(&place->given, value);
	TupleTableSlot *slot;

	if (there)
		read_holder(place->given.probe.slot, probe_inserter(&place->given.probe), holder);
	if (there && !wait_for(writer->import, holder))
		return true;
	if (!there && place->given.dead == dead)
		return false;

	/*
	 * What was open is settled now, or a row that was being updated may have
	 * been missed (see probe.c): look at the one value.
	 */
	slot = table_slot_create(writer->ledger->table, NULL);
	there = ledger_fetch(writer->ledger, place->counter_id, value, slot);
	if (there)
		read_holder(slot, InvalidTransactionId, holder);
	ExecDropSingleTupleTableSlot(slot);
	return there;
}

/*
 * reach_range finds the first range that ends at or after the value in hand.
 * One that an open transaction cuts is waited for if the value is in it.
 */
static void
reach_range(Writer *writer, const char *number, int64 value)
{
	Place	   *place = &writer->place;
	Range	   *range = &place->range;
	Holder		cutter = {.document_number = unconstify(char *, number)};

	do
	{
		if (!place->range_known || (place->has_range && range->last < value))
			place->has_range = range_find(place->counter_id, value, range);
		cutter.xid = place->has_range && range->first <= value
			? range->writer : InvalidTransactionId;
		place->range_known = !wait_for(writer->import, &cutter);
	} while (!place->range_known);
}

/*
 * judge_range: may the value be had, as far as ranges are concerned?
 */
static bool
judge_range(Writer *writer, const char *number, int64 value, const char **detail)
{
	Place	   *place = &writer->place;
	Range	   *range = &place->range;

	reach_range(writer, number, value);
	if (!place->has_range || range->first > value || range->cause == RANGE_JUMPED)
		return true;
	*detail = range->cause == RANGE_SKIPPED ? "Its value was skipped on purpose."
		: range->cause == RANGE_CLOSED ? "Its scope is closed."
		: "Its value was given once and is unexplained.";
	return false;
}

/*
 * judge_value decides about the row in hand.
 */
static ImportVerdict
judge_value(Writer *writer, const char *number, int64 value, const char **detail)
{
	Place	   *place = &writer->place;
	Holder		holder;

	if (value == place->value)
	{
		if (place->verdict != IMPORT_IMPORTED)
		{
			*detail = place->detail;
			return place->verdict;
		}
		*detail = psprintf("Row " INT64_FORMAT " has its value, " INT64_FORMAT ".",
						   place->row_number, value);
		return IMPORT_DUPLICATE;
	}
	if (find_value(writer, value, &holder))
		return judge_holder(&holder, number, detail);

	/* What an open transaction had logged may have been rolled back since. */
	if (values_reach(&place->logged, value) && ledger_log_knows(place->counter_id, value))
	{
		*detail = "The log says that its value was given once.";
		return IMPORT_TAKEN;
	}
	return judge_range(writer, number, value, detail) ? IMPORT_IMPORTED : IMPORT_TAKEN;
}

/*
 * finish_cut puts back what is left of a range that was taken out.
 */
static void
finish_cut(Writer *writer)
{
	Place	   *place = &writer->place;

	if (place->cut == NULL)
		return;
	range_put_back(writer->ranges, place->cut, place->cut_from, place->range.last);
	ExecDropSingleTupleTableSlot(place->cut);
	place->cut = NULL;
}

/*
 * claim takes a value out of the range that jumped over it, if one did.
 */
static void
claim(Writer *writer, int64 value)
{
	Place	   *place = &writer->place;

	if (!place->has_range || place->range.first > value)
		return;
	if (place->cut == NULL)
	{
		MemoryContext old_context = MemoryContextSwitchTo(writer->place_context);

		place->cut = range_take(writer->ranges, &place->range);
		place->cut_from = place->range.first;
		MemoryContextSwitchTo(old_context);
	}
	range_put_back(writer->ranges, place->cut, place->cut_from, value - 1);
	place->cut_from = value + 1;
}

/*
 * write_gaps records the values between that wait.
 */
static void
write_gaps(Writer *writer)
{
	MemoryContext old_context = MemoryContextSwitchTo(writer->gap_context);

	if (writer->ngaps > 0)
		range_write_many(&writer->gap, writer->gaps, writer->ngaps);
	writer->ngaps = 0;
	MemoryContextSwitchTo(old_context);
	MemoryContextReset(writer->gap_context);
}

/*
 * note_gap notes values that nobody has, save those that a range has.
 */
static void
note_gap(Writer *writer, int64 first, int64 last)
{
	Range		range;

	while (first <= last)
	{
		bool		met = range_find(writer->place.counter_id, first, &range) && range.first <= last;
		int64		until = met ? range.first - 1 : last;

		if (until >= first)
		{
			writer->gaps[writer->ngaps].first = first;
			writer->gaps[writer->ngaps++].last = until;
		}
		if (writer->ngaps == BATCH_ROWS)
			write_gaps(writer);
		first = met ? range.last + 1 : last + 1;
	}
}

/*
 * pass goes on to a value that somebody has, and notes what lies between.
 */
static void
pass(Writer *writer, int64 value)
{
	Place	   *place = &writer->place;

	if (value > place->expected)
		note_gap(writer, place->expected, value - 1);
	place->expected = Max(place->expected, value + 1);
}

/*
 * account_for records what lies between the values before and this one, which
 * is imported.
 */
static void
account_for(Writer *writer, int64 value)
{
	Place	   *place = &writer->place;

	claim(writer, value);
	while (place->passed.value < value)
	{
		pass(writer, place->passed.value);
		values_next(&place->passed);
	}
	pass(writer, value);
}

/*
 * look_again makes sure that nobody has the text of a row that has just been
 * written, where no unique index can.
 */
static bool
look_again(const Writer *writer, int row)
{
	TransactionId xid;

	return !writer->mixed ||
		ledger_text_holder(writer->ledger,
						   get_text(writer->slots[row], Anum_number_document_number),
						   get_int64(writer->slots[row], Anum_number_uniqueness_id),
						   &writer->slots[row]->tts_tid, &xid) == TEXT_FREE;
}

/*
 * write_batch writes the rows that wait, and the log's.
 */
static void
write_batch(Writer *writer)
{
	AuditIntent intent = {"MANUAL_OVERRIDE", GetCurrentTimestamp(), NULL, NULL};
	MemoryContext old_context = MemoryContextSwitchTo(writer->batch_context);
	int			until;

	if (writer->count > 0)
	{
		until = catalog_insert_many(writer->ledger->table, writer->slots, writer->count,
									Anum_number_document_number, writer->bulk);
		for (int i = 0; i < until && i < writer->count; i++)
		{
			if (!look_again(writer, i))
				until = i;
		}
		if (until < writer->count)
			ereport(ERROR,
					(errcode(ERRCODE_DOCNUM_DUPLICATE),
					 errmsg("document number \"%s\" was given while the import ran",
							get_text(writer->slots[until], Anum_number_document_number)),
					 errdetail("Another document type gives it. Document type: \"%s\".",
							   writer->import->document_type),
					 errhint("Nothing was imported; run it again.")));
		DEBUG_POINT("import_batch");
		for (int i = 0; i < writer->count; i++)
		{
			intent.metadata = writer->told[i];
			audit_batch_inserted(writer->audit, writer->ledger->table, writer->slots[i], &intent);
		}
		audit_batch_write(writer->audit);
		for (int i = 0; i < writer->count; i++)
			ExecClearTuple(writer->slots[i]);
		writer->written += writer->count;
		import_progress(writer->import, "writing", writer->written);
	}
	writer->count = 0;
	writer->bytes = 0;
	MemoryContextSwitchTo(old_context);
	MemoryContextReset(writer->batch_context);
}

/*
 * log_metadata is what the log is told of a row.
 */
static Jsonb *
log_metadata(const Writer *writer, const char *created_at, Jsonb *metadata)
{
	return audit_metadata(metadata, "imported", audit_true,
						  "source", writer->import->source_name,
						  "created_at", created_at, NULL);
}

/*
 * add adds the row in hand to the batch.
 */
static void
add(Writer *writer, TupleTableSlot *source)
{
	Import	   *import = writer->import;
	MemoryContext old_context = MemoryContextSwitchTo(writer->batch_context);
	char	   *created_at = get_text(source, Anum_import_created_at);
	LedgerRow	row = {0};
	bool		isnull;
	Datum		value;

	row.counter_id = DatumGetInt64(slot_getattr(source, Anum_import_counter_id, &isnull));
	row.state = isnull ? STATE_EXTERNAL : STATE_IMPORTED;
	row.value = get_int64(source, Anum_import_value);
	row.uniqueness_id = get_int64(source, Anum_import_uniqueness_id);
	row.document_type = import->document_type;
	row.document_number = get_text(source, Anum_import_document_number);
	row.issued_at = GetCurrentTimestamp();
	value = slot_getattr(source, Anum_import_document_date, &isnull);
	row.has_date = !isnull;
	row.document_date = row.has_date ? DatumGetDateADT(value) : 0;
	value = slot_getattr(source, Anum_import_metadata, &isnull);
	if (!isnull)
	{
		row.metadata = DatumGetJsonbPCopy(value);
		writer->bytes += VARSIZE(row.metadata);
	}
	writer->bytes += strlen(row.document_number);
	ledger_fill_slot(&row, writer->slots[writer->count]);
	writer->told[writer->count] = created_at != NULL || row.metadata != NULL
		? log_metadata(writer, created_at, row.metadata) : writer->usual;
	writer->count++;
	MemoryContextSwitchTo(old_context);
	if (writer->count == BATCH_ROWS || writer->bytes > BATCH_BYTES)
		write_batch(writer);
}

/*
 * leave_place is done with the counter in hand.
 */
static void
leave_place(Writer *writer)
{
	values_end(&writer->place.given);
	values_end(&writer->place.passed);
	values_end(&writer->place.logged);
	finish_cut(writer);
	write_gaps(writer);
	MemoryContextReset(writer->place_context);
}

/*
 * enter_place begins with a counter, whose first row has that value.
 */
static void
enter_place(Writer *writer, int64 counter_id, int64 value)
{
	Place	   *place = &writer->place;
	int64		tail;
	MemoryContext old_context;

	leave_place(writer);
	old_context = MemoryContextSwitchTo(writer->place_context);
	memset(place, 0, sizeof(*place));
	place->counter_id = counter_id;
	place->scope = hash_search(writer->import->scopes, &counter_id, HASH_FIND, NULL);
	if (place->scope == NULL)
		elog(ERROR, "scope of an imported row has vanished");
	tail = Max(ledger_last_value(writer->ledger, counter_id, 0) + 1, place->scope->first_value);
	place->expected = Max(place->scope->first_value, Min(tail, value));
	values_end(&place->given);
	values_end(&place->passed);
	if (value < tail)
	{
		values_begin(&place->given, writer->ledger->table, writer->ledger->value_index,
					 Anum_number_value, counter_id, value);
		if (!writer->import->dry_run)
			values_begin(&place->passed, writer->ledger->table, writer->ledger->value_index,
						 Anum_number_value, counter_id, value);
	}
	values_begin(&place->logged, writer->log, writer->log_index, Anum_audit_log_value,
				 counter_id, value);
	writer->gap.counter_id = counter_id;
	MemoryContextSwitchTo(old_context);
}

/*
 * describe_place says where a row went, for whoever wants to see all.
 */
static const char *
describe_place(const Writer *writer, TupleTableSlot *row, bool external)
{
	int			flags = (int) get_int64(row, Anum_import_flags);
	StringInfoData text;

	initStringInfo(&text);
	if (!external)
		appendStringInfo(&text, "Value " INT64_FORMAT "%s%s.", writer->place.value,
						 writer->place.scope->scope[0] ? " of scope " : "",
						 writer->place.scope->scope);
	if (flags & IMPORT_TRIMMED)
		appendStringInfo(&text, "%sWhite space around it was removed.", text.len ? " " : "");
	if (flags & IMPORT_PADDED)
		appendStringInfoString(&text, " Padded otherwise than docnum does, and kept so.");
	return text.len > 0 ? text.data : NULL;
}

/*
 * write_row decides about one row, and writes it.
 */
static void
write_row(Writer *writer, TupleTableSlot *row)
{
	Import	   *import = writer->import;
	Place	   *place = &writer->place;
	ImportVerdict verdict = IMPORT_EXTERNAL;
	const char *detail = NULL;
	char	   *number = get_text(row, Anum_import_document_number);
	bool		external;
	int64		counter_id = DatumGetInt64(slot_getattr(row, Anum_import_counter_id, &external));

	if (!external)
	{
		int64		value = get_int64(row, Anum_import_value);

		if (place->scope == NULL || place->counter_id != counter_id)
			enter_place(writer, counter_id, value);
		if (place->cut != NULL && value > place->range.last)
			finish_cut(writer);
		verdict = judge_value(writer, number, value, &detail);
		if (value != place->value)
		{
			place->value = value;
			place->verdict = verdict;
			place->row_number = get_int64(row, Anum_import_row_number);
			place->detail = detail ? MemoryContextStrdup(writer->place_context, detail) : NULL;
		}
		if (verdict == IMPORT_IMPORTED && !import->dry_run)
			account_for(writer, value);
	}
	if (verdict == IMPORT_IMPORTED || verdict == IMPORT_EXTERNAL)
	{
		if (!import->dry_run)
			add(writer, row);
		if (import->report == REPORT_ALL)
			detail = describe_place(writer, row, external);
	}
	import_verdict(import, get_int64(row, Anum_import_row_number),
				   get_int64(row, Anum_import_ordinal), number, verdict, detail);
}

/*
 * begin and finish: what is open while rows are written.
 */
static void
begin(Writer *writer)
{
	Import	   *import = writer->import;

	writer->log = catalog_open(CATALOG_AUDIT_LOG, AccessShareLock);
	writer->log_index = catalog_open_index(writer->log, Anum_audit_log_counter_id, false,
										   AccessShareLock);
	writer->place_context = AllocSetContextCreate(import->context, "docnum import place",
												  ALLOCSET_DEFAULT_SIZES);
	writer->batch_context = AllocSetContextCreate(import->context, "docnum import batch",
												  ALLOCSET_DEFAULT_SIZES);
	writer->gap_context = AllocSetContextCreate(import->context, "docnum import gap",
												ALLOCSET_DEFAULT_SIZES);
	if (import->dry_run)
		return;
	writer->mixed = document_types_are_mixed();
	writer->gap.document_type = import->document_type;
	writer->gap.cause = RANGE_JUMPED;
	writer->gap.reason = psprintf("not imported from %s", import->source_name);
	writer->usual = log_metadata(writer, NULL, NULL);
	writer->audit = audit_batch_begin(BATCH_ROWS);
	writer->bulk = GetBulkInsertState();
	for (int i = 0; i < BATCH_ROWS; i++)
		writer->slots[i] = table_slot_create(writer->ledger->table, NULL);
}

static void
finish(Writer *writer)
{
	leave_place(writer);
	if (!writer->import->dry_run)
	{
		write_batch(writer);
		audit_batch_end(writer->audit);
		FreeBulkInsertState(writer->bulk);
		for (int i = 0; i < BATCH_ROWS; i++)
			ExecDropSingleTupleTableSlot(writer->slots[i]);
	}
	index_close(writer->log_index, AccessShareLock);
	table_close(writer->log, AccessShareLock);
}

/*
 * import_write decides about the rows by their values, and writes those that
 * are imported.
 */
void
import_write(Import *import, Ledger *ledger, Relation ranges)
{
	Writer	   *writer = palloc0(sizeof(Writer));

	writer->import = import;
	writer->ledger = ledger;
	writer->ranges = ranges;
	begin(writer);
	while (tuplesort_gettupleslot(import->by_value, true, false, import->from, NULL))
	{
		MemoryContext old_context = MemoryContextSwitchTo(import->row_context);

		CHECK_FOR_INTERRUPTS();
		write_row(writer, import->from);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(import->row_context);
	}
	finish(writer);
}
