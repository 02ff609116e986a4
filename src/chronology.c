/*-------------------------------------------------------------------------
 *
 * chronology.c
 *	  Whether document dates go forward with the numbers.
 *
 * warn and strict compare a document date with that of the last number in the
 * scope: the last live row of the counter, or where that has no date the last
 * before it that has one.  One entry of the index is read, and one more for
 * each row without a date that stands above; such rows are of the time before
 * the type watched dates, or were brought in from elsewhere.
 *
 * period lets dates of one period come in any order, but not a date of a period
 * before one that has a number already.  Counters are found by their scopes:
 * the text of a period sorts by time, and the scopes of one period, whatever
 * follows it in the text, stand together.  So each later period costs one seek
 * in the index of the counters and one in the ledger; usually there is none.
 *
 * Locks: the caller holds the scope's lock, to the end of the transaction (the
 * types are STRICT), so nobody else gives a number of the scope meanwhile.  For
 * period that is not enough: all periods of one scope have another lock
 * together, taken before the scope's.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "chronology.h"
#include "docnum.h"
#include "lock_wait.h"
#include "transaction.h"

/* Greater than '/': with it after a period, a text is above all its scopes. */
#define AFTER_SEPARATOR '0'

/*
 * find_period finds where in a canonical scope the period stands: from .. end.
 */
static void
find_period(const DocumentType *type, const char *scope, size_t *from, size_t *end)
{
	const char *at = scope;

	for (int i = 0; i < type->scope.period_position; i++)
	{
		for (; *at != '/'; at++)
		{
			if (*at == '\\')
				at++;
		}
		at++;
	}
	*from = at - scope;
	*end = *from + strcspn(at, "/");
}

/*
 * same_shape: are both texts, of equal length, of one kind of period?
 */
static bool
same_shape(const char *one, const char *other, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
	{
		bool		digit = one[i] >= '0' && one[i] <= '9';

		if (digit ? other[i] < '0' || other[i] > '9' : other[i] != one[i])
			return false;
	}
	return true;
}

typedef struct PeriodsLock
{
	LOCKTAG		tag;
	bool		early;
} PeriodsLock;

static void
queue_for_periods(void *arg)
{
	PeriodsLock *lock = arg;

	(void) transaction_lock(&lock->tag, true, lock->early);
}

/*
 * chronology_lock locks all periods of a scope to the end of the transaction,
 * for types that compare them.  Raises NB003.
 */
void
chronology_lock(const DocumentType *type, const Counter *counter)
{
	PeriodsLock lock;
	size_t		from,
				end;
	char	   *others;
	int64		id;

	if (type->chronology != CHRONOLOGY_PERIOD)
		return;
	find_period(type, counter->scope, &from, &end);
	others = psprintf("%.*s%s", (int) from, counter->scope, counter->scope + end);
	id = counter_id_of(type, others, strlen(others));
	lock.early = type->early_release;
	SET_LOCKTAG_ADVISORY(lock.tag, MyDatabaseId, (uint32) (id >> 32), (uint32) id,
						 CHRONOLOGY_LOCK_CLASS);
	if (!lock_wait_bounded(queue_for_periods, &lock))
		counter_timed_out(counter, lock_wait_holders(&lock.tag));
}

static DateADT
row_date(TupleTableSlot *row)
{
	bool		isnull;

	return DatumGetDateADT(slot_getattr(row, Anum_number_document_date, &isnull));
}

static char *
row_number(TupleTableSlot *row)
{
	bool		isnull;

	return TextDatumGetCString(slot_getattr(row, Anum_number_document_number, &isnull));
}

/*
 * check_date warns of a date before that of the last number, or raises NB012.
 */
static void
check_date(const Ledger *ledger, const DocumentType *type, const Counter *counter,
		   DateADT date, TupleTableSlot *row)
{
	if (!ledger_last_dated(ledger, counter->id, counter->last_seen, row) ||
		row_date(row) <= date)
		return;
	ereport(type->chronology == CHRONOLOGY_WARN ? WARNING : ERROR,
			(errcode(ERRCODE_DOCNUM_CHRONOLOGY),
			 errmsg("document date %s is before that of the last number", ledger_date_text(date)),
			 errdetail("The last number, %s, has the date %s. Document type: \"%s\", scope: %s.",
					   row_number(row), ledger_date_text(row_date(row)), type->name,
					   counter_quote_scope(counter->scope)),
			 errhint("Date the document %s or later.", ledger_date_text(row_date(row)))));
}

/*
 * check_period raises NB012 where a later period has a number.
 */
static void
check_period(const Ledger *ledger, const DocumentType *type, const Counter *counter,
			 DateADT date, TupleTableSlot *row)
{
	size_t		from,
				end,
				own_end;
	char	   *scope = unconstify(char *, counter->scope);

	find_period(type, counter->scope, &from, &own_end);
	end = own_end;
	for (;;)
	{
		char	   *period;
		char	   *later;
		int64		id;
		int64		last;

		CHECK_FOR_INTERRUPTS();
		scope = counter_next_scope(type->name,
								   psprintf("%.*s%c", (int) end, scope, AFTER_SEPARATOR));
		if (scope == NULL || strncmp(scope, counter->scope, from) != 0)
			return;

		/*
		 * Counters of the time when the type had another scope stand here
		 * too.
		 */
		end = from + strcspn(scope + from, "/");
		if (end != own_end || !same_shape(counter->scope + from, scope + from, end - from))
			continue;

		period = pnstrdup(scope + from, end - from);
		later = psprintf("%.*s%s%s", (int) from, scope, period, counter->scope + end);
		id = counter_id_of(type, later, strlen(later));
		last = ledger_last_value(ledger, id, 0);
		if (last > 0 && ledger_fetch(ledger, id, last, row))
			ereport(ERROR,
					(errcode(ERRCODE_DOCNUM_CHRONOLOGY),
					 errmsg("document date %s is in a period before that of the last number",
							ledger_date_text(date)),
					 errdetail("Number %s of %s is in the later period %s. Document type: \"%s\", scope: %s.",
							   row_number(row), ledger_date_text(row_date(row)), period, type->name,
							   counter_quote_scope(counter->scope)),
					 errhint("Date the document in the period %s or later.", period)));
	}
}

/*
 * chronology_check does what the type says about a date that is out of order.
 * Without the scope's lock the answer is a hint.
 */
void
chronology_check(const Ledger *ledger, const DocumentType *type, const Counter *counter,
				 DateADT date)
{
	TupleTableSlot *row;

	if (type->chronology == CHRONOLOGY_NONE)
		return;
	row = table_slot_create(ledger->table, NULL);
	if (type->chronology == CHRONOLOGY_PERIOD)
		check_period(ledger, type, counter, date, row);
	else
		check_date(ledger, type, counter, date, row);
	ExecDropSingleTupleTableSlot(row);
}
